"""The pages of readiness: who sees which centre, what a refusal says, and what the tablet is told."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from centres.enums import Role
from portal import clock
from support.enums_survey import Answer
from support.models import SurveyGap
from tests.factories.centres import CentreFactory, MembershipFactory
from tests.factories.survey import a_checklist, a_survey

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _checklist(db):
    a_checklist()


def sent(client, centre, **more):
    said = {
        "centre": centre.code,
        "what": "answer",
        "key": str(uuid.uuid4()),
        "question": "line",
        "value": "no",
        **more,
    }
    return client.post(reverse("support:survey_send"), said)


def test_the_table_shows_ones_own_centres_and_filters(client, centre, supporter):
    other = CentreFactory(short_name={"vi": "Nơi khác"})
    client.force_login(supporter)
    page = client.get(reverse("support:readiness")).content.decode()
    assert "Chi nhánh số 3" in page and "Nơi khác" not in page
    assert "Chi nhánh số 3" not in client.get(reverse("support:readiness") + "?show=gaps").content.decode()
    assert client.get(reverse("support:readiness_of", args=[other.code])).status_code == 404
    a_survey(centre, supporter, at=clock.now(), kiosk=Answer.NO)
    assert "Chi nhánh số 3" in client.get(reverse("support:readiness") + "?show=gaps").content.decode()


def test_a_gap_is_given_and_a_refusal_stands_on_the_page(client, centre, supporter, manager):
    a_survey(centre, supporter, at=clock.now(), kiosk=Answer.NO)
    gap = SurveyGap.objects.get()
    client.force_login(supporter)
    url = reverse("support:readiness_act", args=[centre.code, "give"])
    refused = client.post(url, {"gap": gap.pk, "owner": manager.pk, "due_on": "2020-01-01"})
    assert refused.status_code == 400 and "từ hôm nay trở đi" in refused.content.decode()
    assert client.post(url, {"gap": gap.pk, "owner": manager.pk, "due_on": clock.today()}).status_code == 302
    gap.refresh_from_db()
    assert (gap.owner, gap.due_on) == (manager, clock.today())


def test_a_gap_of_another_centre_is_not_found(client, supporter, centre):
    other = CentreFactory()
    city = MembershipFactory(role=Role.CITY_ADMIN, centre=None).user
    a_survey(other, city, at=clock.now(), kiosk=Answer.NO)
    client.force_login(supporter)
    url = reverse("support:readiness_act", args=[centre.code, "close"])
    assert client.post(url, {"gap": SurveyGap.objects.get().pk, "how": "x"}).status_code == 404


def test_the_tablet_hears_what_stands_and_why_something_is_refused(client, centre, supporter):
    client.force_login(supporter)
    assert sent(client, centre).status_code == 200
    stand = client.get(reverse("support:survey_state", args=[centre.code])).json()
    assert stand["open"] and stand["lines"]["line"]["value"] == "no" and stand["lines"]["line"]["seen"]
    refused = sent(client, centre, value="na")
    assert refused.status_code == 400 and refused.json()["message"]
    assert sent(client, CentreFactory()).json()["code"] == "no_centre"
    assert sent(client, centre, age="nan").status_code == 200
    assert sent(client, centre, what="photo").status_code == 400


def test_the_worker_names_its_files_and_changes_with_them(client):
    answer = client.get(reverse("support:survey_worker"))
    assert answer["Content-Type"].startswith("text/javascript") and "survey-fill" in answer.content.decode()
