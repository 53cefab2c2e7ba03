from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from citizens.models import ApiToken, Citizen, HeldDocument, Look, User
from tests.factories.citizens import ApiTokenFactory, CitizenFactory, UserFactory
from tests.moments import hanoi

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


class TestCitizens:
    def test_the_list_hides_numbers_and_writes_one_look(self, administrator: Client):
        shown = [CitizenFactory(full_name="Nguyễn Thị Ánh"), CitizenFactory(full_name="Nguyễn Văn Anh")]
        CitizenFactory(full_name="Trần Văn Bình")
        page = administrator.get(reverse("admin:citizens_citizen_changelist"), {"q": "Nguyễn"}).content.decode()
        for citizen in shown:
            assert citizen.full_name in page
            assert citizen.identity_number not in page
            assert citizen.masked_identity in page
        assert "Bình" not in page
        look = Look.objects.get()
        assert (look.citizen, look.subjects) == (None, sorted(citizen.pk for citizen in shown))

    def test_opening_a_record_writes_a_look(self, administrator: Client):
        citizen = CitizenFactory()
        page = administrator.get(reverse("admin:citizens_citizen_change", args=[citizen.pk]))
        assert citizen.identity_number in page.content.decode()
        look = Look.objects.get()
        assert (look.citizen, look.user.is_superuser) == (citizen, True)
        assert look.reason and look.role and look.unit

    def test_its_history_is_a_look_as_well(self, administrator: Client):
        citizen = CitizenFactory()
        administrator.get(reverse("admin:citizens_citizen_history", args=[citizen.pk]))
        assert Look.objects.get().citizen == citizen

    def test_a_record_that_is_not_there_is_no_look(self, administrator: Client):
        administrator.get(reverse("admin:citizens_citizen_change", args=[99]))
        assert not Look.objects.exists()

    def test_the_number_cannot_be_searched_for_or_changed(self, administrator: Client):
        citizen = CitizenFactory()
        found = administrator.get(reverse("admin:citizens_citizen_changelist"), {"q": citizen.identity_number})
        assert citizen.full_name not in found.content.decode()
        url = reverse("admin:citizens_citizen_change", args=[citizen.pk])
        number = citizen.identity_number
        values = {"full_name": "Nguyễn Thị Anh", "language": "vi", "identity_number": "001190999999"}
        assert administrator.post(url, values).status_code == 302
        citizen.refresh_from_db()
        assert (citizen.identity_number, citizen.folded_name) == (number, "nguyen thi anh")

    def _change(self, administrator: Client, citizen: Citizen, **changed: str) -> Any:
        values = {
            "full_name": citizen.full_name, "birth_text": citizen.birth_text, "sex": citizen.sex,
            "phone": citizen.phone, "language": "vi", **changed,
        }  # fmt: skip
        return administrator.post(reverse("admin:citizens_citizen_change", args=[citizen.pk]), values)

    @pytest.mark.parametrize(
        ("field", "value"),
        [("birth_text", "32/01/1990"), ("birth_text", "năm 1990"), ("phone", "12"), ("full_name", "1234")],
    )
    def test_what_is_no_date_number_or_name_is_refused_beside_its_field(
        self, administrator: Client, field: str, value: str
    ):
        citizen = CitizenFactory()
        answer = self._change(administrator, citizen, **{field: value})
        assert answer.status_code == 200
        assert list(answer.context["adminform"].form.errors) == [field]
        before = getattr(citizen, field)
        citizen.refresh_from_db()
        assert getattr(citizen, field) == before

    def test_a_birth_date_and_a_phone_are_kept_as_at_the_counter_and_the_change_is_written_down(
        self, administrator: Client
    ):
        citizen = CitizenFactory()
        assert self._change(administrator, citizen, birth_text="3.4.1991", phone="0912 345 679").status_code == 302
        citizen.refresh_from_db()
        assert (citizen.birth_text, citizen.birth_date) == ("03/04/1991", date(1991, 4, 3))
        assert citizen.phone == "+84912345679"
        said = LogEntry.objects.get(object_id=str(citizen.pk)).get_change_message()
        assert "ngày sinh" in said.lower() or "date of birth" in said.lower()
        assert self._change(administrator, citizen, birth_text="1991").status_code == 302
        citizen.refresh_from_db()
        assert (citizen.birth_text, citizen.birth_date) == ("1991", None)

    def test_nobody_is_removed_here(self, administrator: Client):
        assert (
            administrator.get(reverse("admin:citizens_citizen_delete", args=[CitizenFactory().pk])).status_code == 403
        )

    def test_a_document_on_file_is_looked_at_as_its_citizens(self, administrator: Client):
        citizen = CitizenFactory()
        document = HeldDocument.objects.create(
            citizen=citizen, kind_key="birth", title="Giấy khai sinh", sha256="0" * 64, media_type="application/pdf",
            source_code="H26.15-261123-0001", created_at=hanoi("2026-11-23 10:00"),
        )  # fmt: skip
        assert administrator.get(reverse("admin:citizens_helddocument_change", args=[document.pk])).status_code == 200
        assert Look.objects.get().citizen == citizen


class TestLooks:
    def test_can_be_read_and_nothing_else(self, administrator: Client):
        administrator.get(reverse("admin:citizens_citizen_change", args=[CitizenFactory().pk]))
        look = Look.objects.get()
        page = administrator.get(reverse("admin:citizens_look_changelist"))
        assert look.reason in page.content.decode()
        url = reverse("admin:citizens_look_change", args=[look.pk])
        assert administrator.get(url).status_code == 200
        assert administrator.post(url, {"reason": "khác"}).status_code == 403
        assert administrator.get(reverse("admin:citizens_look_add")).status_code == 403
        assert administrator.get(reverse("admin:citizens_look_delete", args=[look.pk])).status_code == 403
        assert Look.objects.count() == 1


class TestUsers:
    def test_can_be_made_and_opened(self, administrator: Client):
        password = "một mật khẩu đủ dài"
        values = {
            "username": "moi",
            "full_name": "Người Mới",
            "email": "",
            "password1": password,
            "password2": password,
        }
        answer = administrator.post(reverse("admin:citizens_user_add"), {**values, "usable_password": "true"})
        assert answer.status_code == 302, answer.context["errors"]
        user = User.objects.get(username="moi")
        assert user.check_password(password)
        assert administrator.get(reverse("admin:citizens_user_change", args=[user.pk])).status_code == 200
        assert "Người Mới" in administrator.get(reverse("admin:citizens_user_changelist")).content.decode()


class TestKeys:
    def test_a_new_key_is_shown_once_and_works(self, administrator: Client):
        owner = UserFactory()
        answer = administrator.post(
            reverse("admin:citizens_apitoken_add"), {"user": owner.pk, "name": "máy quét"}, follow=True
        )
        (message, *_rest) = [str(each) for each in answer.context["messages"]]
        token = ApiToken.objects.get()
        assert token.key_hash == ApiToken.hash_of(message.split(": ")[-1])
        assert (token.user, token.name) == (owner, "máy quét")
        again = administrator.get(reverse("admin:citizens_apitoken_change", args=[token.pk])).content.decode()
        assert message.split(": ")[-1] not in again
        assert token.key_hash not in again

    def test_is_revoked_once(self, administrator: Client):
        token = ApiTokenFactory()
        url, action = (
            reverse("admin:citizens_apitoken_changelist"),
            {"action": "revoke", "_selected_action": [token.pk]},
        )
        administrator.post(url, action)
        token.refresh_from_db()
        first = token.revoked_at
        assert first is not None
        administrator.post(url, action)
        token.refresh_from_db()
        assert token.revoked_at == first
