"""A yes/no question that is data: asked at home and at the desk, answered over the API, and papers and fee follow."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from applications.actions.edit_draft import answer_facts
from applications.catalogue import facts_of, quote_for
from applications.models import Application, Declaration
from centres.enums import Role
from centres.models import Service, Ticket
from centres.papers_first import Walk
from portal.errors import BadInput
from procedures.models import FeeRule, Procedure, Question, Requirement
from tests.applications.at_desk import As, to, words
from tests.applications.test_api import RECEIVE, _body, _post
from tests.factories.applications import MONDAY, a_draft, load_law
from tests.factories.declarations import reloaded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
BIRTH = "1.001193"


@pytest.fixture
def question(db: None) -> Question:
    """Born at sea: two fees of 4.500 đồng are due, and only then a birth paper is needed."""
    load_law()
    asked = {"vi": "Trẻ sinh trên biển?", "en": "Was the child born at sea?"}
    question = Question.objects.create(key="born_at_sea", question=asked, by="citizen", doc="…", confidence="likely")
    rules = {"version__procedure__code": BIRTH}
    papers = Requirement.objects.filter(**rules, kind__key="birth_notice")
    assert papers.update(condition="born_at_sea")
    fees = FeeRule.objects.filter(**rules)
    assert fees.update(condition="born_at_sea", amount=4500)
    question.save()  # tells the processes of it
    return question


@pytest.fixture
def draft(question: Question, ticket: Ticket) -> Application:
    return a_draft(procedure="birth", ticket=ticket)


def test_the_desk_asks_it_and_papers_and_fee_follow(draft: Application, as_: As) -> None:
    desk = as_(Role.COUNTER_OFFICER)
    assert "Trẻ sinh trên biển?" in words(desk.get(to("desk")))
    assert not draft.papers.filter(requirement__kind__key="birth_notice").exists()
    page = desk.post(to("answer", draft.pk), {"asked": ["born_at_sea"], "yes": ["born_at_sea"]}, follow=True)
    draft.refresh_from_db()
    assert draft.facts["born_at_sea"] is True
    assert quote_for(draft, MONDAY).total == 9000
    assert draft.papers.filter(requirement__kind__key="birth_notice").exists()
    assert 'value="born_at_sea" checked' in page.content.decode()


def test_a_key_that_nobody_asks_for_is_refused_as_ever(draft: Application) -> None:
    with pytest.raises(BadInput):
        answer_facts(application=draft, facts={"born_at_se": True}, at=MONDAY, acting_user=draft.opened_by)


def test_an_answer_to_a_question_that_is_gone_counts_no_more(draft: Application) -> None:
    answer_facts(application=draft, facts={"born_at_sea": True}, at=MONDAY, acting_user=draft.opened_by)
    Requirement.objects.filter(condition="born_at_sea").update(condition=None)
    FeeRule.objects.filter(condition="born_at_sea").update(condition=None)
    Question.objects.get().delete()
    draft.refresh_from_db()
    assert "born_at_sea" not in facts_of(draft, MONDAY)


def test_it_is_asked_at_home(question: Question, client: Client) -> None:
    client.post(reverse("applications:declare_start", args=[BIRTH]))
    row = Declaration.objects.get()
    page = reverse("applications:declare_ask", args=[row.token, "born_at_sea"])
    assert "Trẻ sinh trên biển?" in client.get(page).content.decode()
    client.post(page, {"answer": "yes"})
    assert reloaded(row).facts == {"born_at_sea": True}
    papers = client.get(reverse("applications:declare_papers", args=[row.token]))
    assert papers.context["quote"].total == 9000


@pytest.mark.parametrize(("key", "status"), [("born_at_sea", 201), ("born_at_se", 400)])
def test_a_dossier_may_be_taken_in_with_it(question: Question, ticket: Ticket, as_: As, key: str, status: int) -> None:
    answer = _post(as_(Role.COUNTER_OFFICER), RECEIVE, _body(ticket.pk, facts={key: True}))
    assert answer.status_code == status, answer.content
    if status == 201:
        assert answer.json()["total"] == 9000


def test_its_answer_before_the_wait_is_kept_on_the_way(question: Question) -> None:
    birth = Procedure.objects.get(code=BIRTH)
    birth.ask_first = [{"paper": "birth_notice", "facts": ["born_at_sea"]}]
    birth.save()
    service, day = Service(field=birth.field), MONDAY.date()
    walk = Walk.of(service, birth.key, QueryDict(), day)
    assert walk and walk.ask and walk.ask.key == "born_at_sea"
    further = Walk.of(service, birth.key, QueryDict(walk.query(yes="born_at_sea")[1:]), day)
    assert further and further.ask and further.ask.key == "birth_notice"
