"""Pages and copies are asked once: what the fee goes by is what the form, the receipt and the register say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from applications.actions.edit_draft import keep_form
from applications.actions.receive import NotComplete, receive
from applications.documents import receipt_context
from applications.models import Application
from centres.enums import Role
from tests.applications.at_desk import As, to
from tests.applications.test_api import RECEIVE
from tests.factories.applications import MONDAY, a_draft, a_ticket_at_counter
from tests.factories.certifications import a_document, checked, draft_of_request
from tests.factories.declarations import APPLICANT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def shown(desk: Client, draft: Application, view: str = "") -> str:
    page: str = desk.get(to("desk"), {"matter": draft.pk, "view": view}).content.decode()
    return page


def test_the_form_of_a_certified_copy_asks_for_no_number_its_documents_have(as_: As, centre: Any) -> None:
    draft = a_draft(procedure="certified_copy")
    desk = as_(draft.opened_by)
    assert 'name="pages"' not in shown(desk, draft) and 'name="copies"' not in shown(desk, draft)
    form = shown(desk, draft, "form")
    assert 'name="document_name"' in form
    assert 'name="page_count"' not in form and 'name="copy_count"' not in form


def test_what_was_counted_is_received_whatever_a_form_said_before(as_: As, centre: Any) -> None:
    draft = draft_of_request()
    by: dict[str, Any] = {"application": draft, "at": MONDAY, "acting_user": draft.opened_by}
    keep_form(**by, values={"page_count": "10", "copy_count": "1"})
    checked(a_document(draft, "Học bạ", pages=4, copies=3, several_on_a_sheet=True))

    dossier = receive(**by)

    assert (dossier.form_data["page_count"], dossier.form_data["copy_count"]) == (4, 3)
    assert [line.amount for line in dossier.fee_lines.all()] == [18_000]
    printed = {paper["name"]: (paper["form"], paper["quantity"]) for paper in receipt_context(dossier)["papers"]}
    assert printed["Học bạ"] == ("Bản sao", "03")


def test_documents_that_were_not_added_are_said_once_to_be_missing(as_: As, centre: Any) -> None:
    draft = draft_of_request()
    with pytest.raises(NotComplete) as refused:
        receive(application=draft, at=MONDAY, acting_user=draft.opened_by)
    [only] = refused.value.details["missing"]
    assert only.href.endswith("#documents")


def test_copies_of_an_extract_are_asked_beside_the_fee_that_goes_by_them(as_: As, centre: Any) -> None:
    draft = a_draft(procedure="extract", complete=False)
    desk = as_(draft.opened_by)
    page = shown(desk, draft)
    assert 'name="copies"' in page and 'name="pages"' not in page
    desk.post(to("quantity", draft.pk), {"copies": "3"})
    assert desk.get(to("desk"), {"matter": draft.pk}).context["desk"].work.total == 24_000
    assert 'name="copy_count"' not in shown(desk, draft, "form")


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ({"copies": 3, "form": {"copy_count": "10"}}, 400),
        ({"copies": 3, "form": {"copy_count": "viele"}}, 400),
        ({"copies": 3, "form": {"copy_count": "3"}}, 201),
        ({"copies": 3, "form": {}}, 201),
        ({"form": {"copy_count": "3"}}, 201),
    ],
)
def test_a_program_sends_a_number_once_or_twice_the_same(as_: As, sent: dict[str, Any], answer: int) -> None:
    ticket = a_ticket_at_counter()
    body = {
        "ticket": ticket.pk,
        "procedure": "extract",
        "citizen": {"identity_number": "001190012345", "full_name": "Nguyễn Thị Hoà"},
        "papers": [{"kind": kind, "there": True} for kind in ("extract_form", "identity_document")],
        **sent,
        "form": {**APPLICANT, "record_kind": "birth", "record_of": "Nguyễn Thị Hoà", **sent["form"]},
    }
    told = as_(Role.COUNTER_OFFICER).post(RECEIVE, json.dumps(body), content_type="application/json")
    assert told.status_code == answer, told.json()
    if answer == 201:
        dossier = Application.objects.get()
        assert (dossier.copies, dossier.form_data["copy_count"]) == (3, 3)
    else:
        assert told.json()["code"] == "counts_differ"
