import pytest
from django.urls import reverse

from centres.enums import Role
from tests.factories import centres as make


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.COUNTER_OFFICER, "applications:desk"),
        (Role.SPECIALIST, "applications:worklist"),
        (Role.LEADER, "applications:worklist"),
        (Role.MANAGER, "centres:day"),
        (Role.SUPPORT, "support:incidents"),
    ],
)
def test_everyone_goes_to_their_own_room(client, centre, role, page):
    client.force_login(make.officer_at(centre, role))
    assert client.get(reverse("room")).url == reverse(page)


def test_a_city_administrator_goes_to_the_centres(client, centre):
    client.force_login(make.city_admin())
    assert client.get(reverse("room")).url == reverse("applications:city")


def test_without_a_role_the_home_page_says_what_to_do(client, db):
    client.force_login(make.UserFactory())
    answer = client.get(reverse("room"))
    assert answer.url == reverse("home")
