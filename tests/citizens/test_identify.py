from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection

from citizens.actions.identify import Identified, identify
from citizens.enums import IdentitySource
from citizens.models import Citizen
from portal.errors import BadInput
from tests.factories.citizens import CitizenFactory, UserFactory
from tests.moments import hanoi

NOW = hanoi("2026-11-23 10:26")
NUMBER = "001190000123"
CARD = {"full_name": "Nguyễn Thị Ánh", "birth_text": "01/02/1990", "sex": "female", "card_address": "12 Thịnh Quang"}


def ask(number: str = NUMBER, **known: Any) -> Identified:
    return identify(number=number, **{"at": NOW, "acting_user": UserFactory.build(), **known})


def codes(found: Identified) -> list[str]:
    return [warning.code for warning in found.warnings]


@pytest.mark.django_db
class TestNewPerson:
    def test_is_made_in_three_statements(self, django_assert_num_queries):
        with django_assert_num_queries(3):
            found = ask(**CARD, phone="0912 345 678", email="anh@example.vn", source=IdentitySource.CARD)
        assert found.is_new
        assert found.warnings == []
        person = Citizen.objects.get()
        assert person == found.citizen
        assert (person.full_name, person.folded_name) == ("Nguyễn Thị Ánh", "nguyen thi anh")
        assert person.sort_name
        assert (person.birth_date, person.phone) == (date(1990, 2, 1), "+84912345678")
        assert person.identity_source == IdentitySource.CARD

    def test_a_year_of_birth_is_enough(self):
        person = ask(full_name="Trần Văn Bình", birth_text="1990").citizen
        assert (person.birth_text, person.birth_date) == ("1990", None)

    def test_needs_a_name(self):
        with pytest.raises(BadInput) as refused:
            ask()
        assert (refused.value.code, refused.value.field) == ("name_needed", "full_name")
        assert not Citizen.objects.exists()

    def test_a_number_that_does_not_fit_is_a_warning(self):
        found = ask("001090000123", **CARD)
        assert codes(found) == ["identity_sex_mismatch"]

    def test_a_card_has_said_so_already(self):
        assert codes(ask("001090000123", **CARD, source=IdentitySource.CARD)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "012345678"),
        ("number", ""),
        ("full_name", "Nguyễn 2"),
        ("birth_text", "31/02/1990"),
        ("phone", "123"),
        ("email", "anh@"),
        ("email", "a" * 250 + "@example.vn"),
        ("sex", "?"),
        ("card_address", "x" * 301),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_field(field, value):
    with pytest.raises(BadInput) as refused:
        ask(**{**CARD, field: value})
    assert refused.value.field == field
    assert str(refused.value)
    assert NUMBER not in str(refused.value)
    assert not Citizen.objects.exists()


@pytest.mark.django_db
class TestKnownPerson:
    def test_is_found_in_one_statement(self, django_assert_num_queries):
        known = CitizenFactory(identity_number=NUMBER)
        with django_assert_num_queries(1):
            found = ask("001 190 000 123")
        assert (found.citizen, found.is_new, found.warnings) == (known, False, [])

    def test_what_was_missing_is_added_in_two_statements(self, django_assert_num_queries):
        CitizenFactory(identity_number=NUMBER, birth_text="1990", birth_date=None, sex="", phone="", card_address="")
        with django_assert_num_queries(2):
            ask(**CARD, phone="0987654321")
        person = Citizen.objects.get()
        assert (person.birth_text, person.birth_date, person.sex) == ("01/02/1990", date(1990, 2, 1), "female")
        assert (person.phone, person.card_address) == ("+84987654321", "12 Thịnh Quang")

    def test_an_empty_field_overwrites_nothing(self):
        known = CitizenFactory(identity_number=NUMBER, card_address="12 Thịnh Quang", email="anh@example.vn")
        ask(full_name="", birth_text=" ", sex="", card_address="", phone="", email="")
        fresh = Citizen.objects.get()
        assert [getattr(fresh, f.name) for f in fresh._meta.fields] == [
            getattr(known, f.name) for f in known._meta.fields
        ]

    def test_phone_and_address_are_as_given_last(self):
        CitizenFactory(identity_number=NUMBER, phone="+84912345678", card_address="cũ")
        ask(phone="0987654321", card_address="mới")
        person = Citizen.objects.get()
        assert (person.phone, person.card_address) == ("+84987654321", "mới")

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"full_name": "Trần Thị Ánh"}, "name_differs"),
            ({"birth_text": "02/02/1990"}, "birth_differs"),
            ({"birth_text": "1991"}, "birth_differs"),
            ({"sex": "male"}, "sex_differs"),
        ],
    )
    def test_a_difference_is_a_warning_and_no_change(self, given, code):
        known = CitizenFactory(identity_number=NUMBER)
        found = ask(**given, source=IdentitySource.CARD)
        assert codes(found) == [code]
        fresh = Citizen.objects.get()
        assert (fresh.full_name, fresh.birth_text, fresh.sex) == (known.full_name, known.birth_text, known.sex)

    @pytest.mark.parametrize("same", ["NGUYỄN THỊ ÁNH", "Nguyễn Thị  Ánh "])
    def test_another_way_to_write_the_same_name_is_no_difference(self, same):
        CitizenFactory(identity_number=NUMBER)
        assert codes(ask(full_name=same)) == []

    def test_the_card_gives_a_name_its_marks(self):
        CitizenFactory(identity_number=NUMBER, full_name="Nguyen Thi Anh")
        assert codes(ask(**CARD, source=IdentitySource.CARD)) == []
        person = Citizen.objects.get()
        assert (person.full_name, person.identity_source) == ("Nguyễn Thị Ánh", IdentitySource.CARD)
        assert codes(ask(full_name="Nguyen Thi Anh")) == ["name_differs"]

    def test_a_year_alone_does_not_blur_a_known_day(self):
        CitizenFactory(identity_number=NUMBER)
        assert codes(ask(birth_text="1990")) == []
        assert Citizen.objects.get().birth_text == "01/02/1990"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_get_one_record():
    def one(_n: int) -> Identified:
        try:
            return ask(**CARD)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, range(16)))
    assert Citizen.objects.count() == 1
    assert {each.citizen.pk for each in found} == {Citizen.objects.get().pk}
