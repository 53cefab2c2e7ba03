"""What cannot be taken in is refused at the counter, with form 03 and its ground."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from applications.actions.choose import choose
from applications.actions.file_online import take_in_filing
from applications.actions.refuse_draft import refuse_draft
from applications.enums import EventKind, State
from applications.models import Application, SyncItem
from centres.enums import Role
from centres.models import Centre
from notifications.models import Message
from portal.errors import BadInput, NotAllowed, RuleBroken
from procedures.models import Procedure
from tests.applications.printed import said_by
from tests.factories.applications import MONDAY, a_centre, a_draft, a_member, a_ticket_at_counter
from tests.factories.national import a_filing

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
SAID = {"reason": "Trẻ chưa sinh", "ground": "Điều 15 Luật Hộ tịch"}


def _refused(draft: Application, **more: Any) -> Application:
    return refuse_draft(application=draft, at=MONDAY, **{"acting_user": draft.opened_by, **SAID, **more})


def test_it_ends_with_its_paper_and_the_person_is_told(centre: Centre, settings: Any) -> None:
    settings.NATIONAL_URL = "http://127.0.0.1:9"
    draft = _refused(a_draft())
    assert (draft.state, draft.ended_at) == (State.REFUSED, MONDAY)
    assert draft.matter.done_at == MONDAY
    event = draft.events.get(kind=EventKind.REFUSED)
    assert event.details["ground"] == SAID["ground"]
    assert SAID["reason"] not in str(event.details)
    words = said_by(draft.issued_forms.get(number="03"))
    for said in (*SAID.values(), "Nguyễn Thị Ánh", "không tiếp nhận, giải quyết hồ sơ"):
        assert said in words, said
    assert Message.objects.filter(dedup_key__startswith=f"dossier:{draft.pk}:refused:", channel="sms").count() == 1
    assert not SyncItem.objects.exists(), "it has no code there"


@pytest.mark.parametrize("field", ["reason", "ground"])
def test_without_reason_or_ground_nothing_is_refused(centre: Centre, field: str) -> None:
    draft = a_draft()
    with pytest.raises(BadInput) as problem:
        _refused(draft, **{field: " "})
    assert problem.value.field == field
    assert Application.objects.get(pk=draft.pk).state == State.DRAFT


def test_somebody_has_to_be_named_and_what_has_a_refusal_of_its_own_keeps_it(centre: Centre) -> None:
    nobody = choose(
        ticket=(ticket := a_ticket_at_counter()), procedure=Procedure.objects.get(key="birth"), at=MONDAY,
        acting_user=ticket.counter.officer,
    )  # fmt: skip
    with pytest.raises(RuleBroken) as problem:
        _refused(nobody)
    assert problem.value.code == "nobody_named"
    arrival, _is_new = take_in_filing(hoso=a_filing(), at=MONDAY)
    for other in (arrival.application, a_draft(procedure="certified_copy")):
        with pytest.raises(RuleBroken):
            _refused(other, acting_user=nobody.opened_by)


def test_only_an_officer_of_that_centre(centre: Centre) -> None:
    draft = a_draft()
    for user in (a_member(Role.SPECIALIST), a_member(Role.COUNTER_OFFICER, a_centre("chi-nhanh-4", "H26.30.4"))):
        with pytest.raises(NotAllowed):
            _refused(draft, acting_user=user)
    _refused(draft)
    with pytest.raises(RuleBroken):
        _refused(draft)


def test_the_page_says_what_is_missing_and_then_shows_the_paper(centre: Centre, as_: As, monday: None) -> None:
    draft = a_draft()
    client, path = as_(draft.opened_by), f"/desk/matters/{draft.pk}/refuse/"
    assert path in client.get(f"/desk/?matter={draft.pk}").content.decode()
    assert client.post(path, {"reason": "x", "ground": ""}).status_code == 422
    assert client.post(path, SAID).status_code == 302
    form = draft.issued_forms.get(number="03")
    assert f"/refusals/{form.pk}/" in client.get(path).content.decode()
    other = as_(a_member(Role.COUNTER_OFFICER, a_centre("chi-nhanh-4", "H26.30.4")))
    assert other.get(path).status_code == 404
