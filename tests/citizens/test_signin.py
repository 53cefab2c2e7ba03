from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.factories.citizens import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def sign_in(client: Client, password: str = PASSWORD, **more: str):
    return client.post(reverse("login"), {"username": "huong", "password": password, **more})


@pytest.fixture
def huong():
    return UserFactory(username="huong")


def test_the_page_is_open_to_everybody(client: Client):
    answer = client.get(reverse("login"))
    assert answer.status_code == 200
    assert "registration/login.html" in [template.name for template in answer.templates]


def test_leads_to_the_room(client: Client, huong):
    answer = sign_in(client)
    assert (answer.status_code, answer["Location"]) == (302, reverse("room"))
    assert int(client.session["_auth_user_id"]) == huong.pk


def test_leads_back_to_where_one_wanted_to_go(client: Client, huong):
    asked = client.get("/desk/")
    assert asked["Location"] == f"{reverse('login')}?next=/desk/"
    page = client.get(asked["Location"])
    assert 'name="next" value="/desk/"' in page.content.decode()
    assert sign_in(client, next="/desk/")["Location"] == "/desk/"


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com", "javascript:alert(1)"])
def test_leads_nowhere_else(client: Client, huong, elsewhere: str):
    assert sign_in(client, next=elsewhere)["Location"] == reverse("room")


def test_a_wrong_password_is_told_and_keeps_the_name(client: Client, huong):
    answer = sign_in(client, "sai", next="/desk/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'role="alert"' in page
    assert 'value="huong"' in page
    assert 'name="next" value="/desk/"' in page
    assert "_auth_user_id" not in client.session


def test_who_may_not_sign_in_any_more_is_refused(client: Client):
    UserFactory(username="huong", is_active=False)
    assert sign_in(client).status_code == 200
    assert "_auth_user_id" not in client.session


class TestTooManyTries:
    def lock(self, client: Client):
        for _try in range(settings.AXES_FAILURE_LIMIT):
            answer = sign_in(client, "sai")
        return answer

    def test_are_stopped_with_a_page(self, client: Client, huong):
        answer = self.lock(client)
        assert answer.status_code == 429
        assert "registration/locked.html" in [template.name for template in answer.templates]
        assert sign_in(client).status_code == 429

    def test_from_elsewhere_do_not_lock_a_colleague_out(self, client: Client, huong):
        self.lock(client)
        assert (
            Client(REMOTE_ADDR="10.0.0.7")
            .post(reverse("login"), {"username": "huong", "password": PASSWORD})
            .status_code
            == 302
        )

    def test_are_told_apart_behind_a_proxy(self, huong, settings):
        settings.TRUSTED_PROXIES = 1
        self.lock(Client(headers={"X-Forwarded-For": "1.2.3.4, 10.0.0.7"}))
        assert sign_in(Client(headers={"X-Forwarded-For": "10.0.0.7"})).status_code == 429
        assert sign_in(Client(headers={"X-Forwarded-For": "10.0.0.8"})).status_code == 302


def test_signing_out_is_a_post(client: Client, huong):
    client.force_login(huong)
    assert client.get(reverse("logout")).status_code == 303
    answer = client.post(reverse("logout"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("home"))
    assert "_auth_user_id" not in client.session
