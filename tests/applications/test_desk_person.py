"""Who the desk shows: always the applicant of the matter that is open, and nobody is changed silently."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from applications.actions.edit_draft import keep_form
from applications.catalogue import bound_form, form_values
from applications.enums import PaperState, State
from applications.models import Application
from centres.models import Ticket
from citizens.models import Citizen, Look
from procedures.models import Procedure
from tests.applications.at_desk import CARD, NUMBER, OTHER_CARD, As, to, words
from tests.factories.applications import MONDAY, a_dossier, a_draft, a_ticket_at_counter
from tests.factories.certifications import a_missing_paper, an_item
from tests.factories.citizens import CitizenFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
OTHER = "001085099999"


@pytest.fixture
def draft(desk: Client, ticket: Ticket) -> Application:
    """The first person was scanned, their contact was typed and their matter is open."""
    CitizenFactory(identity_number=OTHER, full_name="Trần Văn Bình", phone="+84987654321")
    hoa = CitizenFactory(
        identity_number=NUMBER, full_name="Nguyễn Thị Hoà", address="Phường Kim Liên, Hà Nội", phone="+84912000111"
    )
    desk.post(to("scan"), {"payload": NUMBER})
    return a_draft(ticket=ticket, citizen=hoa)


def test_a_second_card_changes_nothing_before_the_officer_has_chosen(
    desk: Client, ticket: Ticket, draft: Application
) -> None:
    before = Application.objects.filter(pk=draft.pk).values().get()

    page = desk.post(to("scan"), {"payload": OTHER_CARD, "matter": draft.pk}, follow=True)

    assert Application.objects.filter(pk=draft.pk).values().get() == before
    ticket.refresh_from_db()
    assert ticket.citizen_id == draft.applicant_id
    assert page.context["desk"].person == draft.applicant
    assert page.context["other"].full_name == "Trần Văn Bình"
    assert 'value="change"' in page.content.decode() and 'value="keep"' in page.content.decode()
    again = desk.get(to("desk"), {"matter": draft.pk})
    assert again.context["other"] is not None, "a page loaded again asks again"


def test_whoevers_matter_is_opened_leaves_a_look(desk: Client, ticket: Ticket, draft: Application, as_: As) -> None:
    """A second matter of the visit is a daughter's: her name is on the screen as well."""
    daughter = CitizenFactory(full_name="Nguyễn Thị Con")
    hers = a_draft(ticket=ticket, citizen=daughter)
    Look.objects.all().delete()
    cache.clear()
    for _time in range(2):
        assert "Nguyễn Thị Con" in words(desk.get(to("desk"), {"matter": hers.pk}))
    assert Look.objects.get(citizen=daughter).user == ticket.counter.officer  # type: ignore[union-attr]


def test_keeping_the_applicant_changes_nothing_and_asks_no_more(desk: Client, draft: Application) -> None:
    before = Application.objects.filter(pk=draft.pk).values().get()
    desk.post(to("scan"), {"payload": OTHER_CARD, "matter": draft.pk})

    page = desk.post(to("applicant"), {"choice": "keep", "matter": draft.pk}, follow=True)

    assert page.context["other"] is None
    assert page.context["desk"].person == draft.applicant
    assert Application.objects.filter(pk=draft.pk).values().get() == before


def test_changing_the_applicant_changes_every_draft_that_named_the_first_and_takes_their_contact_out(
    desk: Client, ticket: Ticket, draft: Application
) -> None:
    assert draft.applicant is not None
    second = a_draft(ticket=ticket, citizen=draft.applicant, procedure="marriage")
    keep_form(application=second, values={"wife_name": "Tên khác"}, at=MONDAY, acting_user=draft.opened_by)
    paper = draft.papers.first()
    draft.papers.filter(pk=paper.pk).update(state=PaperState.ON_FILE)
    desk.post(to("scan"), {"payload": OTHER_CARD, "matter": draft.pk})

    page = desk.post(to("applicant"), {"choice": "change", "matter": draft.pk}, follow=True)

    other = Citizen.objects.get(identity_number=OTHER)
    for row in Application.objects.filter(matter__ticket=ticket):
        assert (row.applicant, row.contact_phone, row.contact_email) == (other, other.phone, other.email)
    ticket.refresh_from_db()
    assert ticket.citizen == other
    paper.refresh_from_db()
    assert paper.state == PaperState.MISSING, "the paper on file was the first person's"
    assert page.context["desk"].person == other
    assert "Nguyễn Thị Hoà" not in words(page)


def test_the_pane_shows_the_applicant_of_the_open_matter(desk: Client, ticket: Ticket, draft: Application) -> None:
    other = CitizenFactory(full_name="Phạm Văn Nam")
    theirs = a_draft(ticket=ticket, citizen=other, procedure="marriage")
    assert desk.get(to("desk"), {"matter": theirs.pk}).context["desk"].person == other
    assert desk.get(to("desk"), {"matter": draft.pk}).context["desk"].person == draft.applicant


def test_a_contact_typed_for_one_person_is_not_stored_for_another(desk: Client, draft: Application) -> None:
    stale = CitizenFactory()
    answer = desk.post(to("contact", draft.pk), {"phone": "0987654321", "email": "", "person": stale.pk})
    assert answer.status_code == 409
    before = draft.contact_phone
    draft.refresh_from_db()
    assert draft.contact_phone == before


def test_with_no_draft_yet_a_second_card_simply_serves(desk: Client, ticket: Ticket) -> None:
    desk.post(to("scan"), {"payload": CARD})
    page = desk.post(to("scan"), {"payload": OTHER_CARD}, follow=True)
    assert page.context["desk"].person.full_name == "Trần Văn Bình"
    assert page.context["other"] is None


def test_the_form_is_kept_while_it_is_typed_and_no_request_is_aborted(desk: Client, draft: Application) -> None:
    page = desk.get(to("desk"), {"matter": draft.pk, "view": "form"}).content.decode()
    form = page.split('id="procedure-form"')[1].split(">")[0]
    assert "input delay:600ms" in form and "change" in form
    assert 'hx-sync="this:queue last"' in form, "a later save waits, it does not cancel the one on its way"
    assert "data-keep" in form and "js/keep" in page
    assert "<noscript><button" in page, "without a script the form has its button"


def test_a_receipt_scanned_opens_its_dossier_and_the_card_lists_what_is_ready(desk: Client, draft: Application) -> None:
    ready = a_dossier(state=State.DONE, citizen=draft.applicant)
    waiting = a_dossier(state=State.SUPPLEMENT, citizen=draft.applicant)
    ticket = a_ticket_at_counter(citizen=draft.applicant)
    assert ready.code

    answer = desk.post(to("scan"), {"payload": f" {ready.code.lower()} "})
    assert answer["Location"] == to("dossier", ready.pk)
    part = desk.post(to("scan"), {"payload": ready.code}, headers={"HX-Request": "true"})
    assert part["HX-Redirect"] == to("dossier", ready.pk), "a whole page: the dossier's scripts are not the desk's"
    unknown = desk.post(to("scan"), {"payload": "H26.30.3-261124-9999"})
    assert unknown.status_code == 422

    page = desk.get(to("desk"))
    assert page.context["desk"].ticket == ticket
    assert page.context["desk"].to_collect == [ready, waiting]
    html = page.content.decode()
    assert to("dossier", ready.pk) in html and to("worklist") in html


# -- the draft --------------------------------------------------------------------------------------------------------


def test_what_the_desk_found_out_about_the_unit_is_said_before_anybody_ticks_it(desk: Client, ticket: Ticket) -> None:
    call_command("load_units", verbosity=0)
    desk.post(to("scan"), {"payload": CARD})
    code = Procedure.objects.get(key="land_change_info").code
    desk.post(to("choose"), {"procedure": code, "client_key": "khoa-1"})
    draft = Application.objects.get(matter__ticket=ticket)
    assert "unit_rearrangement" not in draft.facts, "the old ward was divided: nobody knows yet"

    page = desk.post(to("settle_unit"), {"unit": "00235", "matter": draft.pk}, follow=True)

    draft.refresh_from_db()
    assert draft.facts["unit_rearrangement"] is True
    assert [notice["key"] for notice in page.context["desk"].work.notices] == ["not_compulsory_after_merger"]
    desk.post(to("answer", draft.pk), {"asked": "unit_rearrangement"})
    desk.post(to("scan"), {"payload": CARD, "matter": draft.pk})
    draft.refresh_from_db()
    assert draft.facts["unit_rearrangement"] is False, "the officer's answer stays"


def test_only_a_choice_asks_whether_the_citizen_still_wants_it(desk: Client, ticket: Ticket, in_english: None) -> None:
    desk.cookies["django_language"] = "en"
    told = a_draft(ticket=ticket, procedure="marriage", complete=False)
    page = words(desk.get(to("desk"), {"matter": told.pk}))
    assert "Told; wants to go on" not in page and "Told Alt K" in page
    desk.post(to("tell", told.pk), {"notice": "both_present"})
    page = words(desk.get(to("desk"), {"matter": told.pk}))
    assert "Told: recorded." in page and "wants to go on" not in page


def test_what_is_missing_leads_to_where_it_is_put_right(desk: Client, ticket: Ticket) -> None:
    draft = a_draft(ticket=ticket, complete=False)
    paper = draft.papers.filter(state=PaperState.MISSING).first()
    page = desk.post(to("receive", draft.pk), headers={"HX-Request": "true"}).content.decode()
    assert f"#paper-{paper.pk}" in page
    assert "#id_child_name" in page
    assert "Xin điền mục này" not in page
    assert "Người được khai sinh · Họ, chữ đệm, tên của con: chưa điền" in page, "whose it is, and no scolding"
    shown = desk.get(to("desk"), {"matter": draft.pk, "view": "form"}).content.decode()
    assert 'aria-invalid="true"' not in shown, "a field that is only empty yet is left alone"
    led_there = desk.get(to("desk"), {"matter": draft.pk, "view": "form", "missing": ""}).content.decode()
    assert re.search(
        r'<input[^>]*id="id_child_name"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*id="id_child_name"', led_there
    )
    assert f'id="paper-{paper.pk}"' in desk.get(to("desk"), {"matter": draft.pk}).content.decode()


def test_a_copy_that_waits_for_approval_is_not_called_missing(desk: Client, ticket: Ticket, in_english: None) -> None:
    desk.cookies["django_language"] = "en"
    paper = a_missing_paper(a_draft(ticket=ticket, procedure="marriage"))
    an_item(paper)
    page = words(desk.post(to("receive", paper.application_id), headers={"HX-Request": "true"}))
    assert "The copy waits for approval" in page and "Paper not there yet" not in page


def test_no_phone_is_said_beside_the_button_and_does_not_block(desk: Client, ticket: Ticket) -> None:
    draft = a_draft(ticket=ticket, phone="")
    assert 'id="no-phone">' in desk.get(to("desk"), {"matter": draft.pk}).content.decode()
    assert desk.post(to("receive", draft.pk)).status_code == 302


KEPT_BY_ITSELF = {"HX-Request": "true"}


def test_the_contact_keeps_itself_as_the_form_does(desk: Client, ticket: Ticket) -> None:
    draft = a_draft(ticket=ticket, citizen=CitizenFactory(phone=""), procedure="marriage", phone="")
    page = desk.get(to("desk"), {"matter": draft.pk}).content.decode()
    form = page.split('id="contact-form"')[1].split(">")[0]
    assert "data-keep" in form and 'hx-trigger="change"' in form and 'hx-sync="this:queue last"' in form
    assert "<noscript><button" in page.split('id="contact-form"')[1].split("</form>")[0], "its button without a script"

    typed = {"stay": "1", "phone": "0912 345", "email": "a@b.vn", "person": draft.applicant_id}
    answer = desk.post(to("contact", draft.pk), typed, headers=KEPT_BY_ITSELF)
    part = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_phone_error"' in part and 'value="0912 345"' in part and "<body" not in part

    kept = desk.post(to("contact", draft.pk), {**typed, "phone": "0912345678"}, headers=KEPT_BY_ITSELF)
    part = kept.content.decode()
    assert kept.status_code == 200 and 'value="0912 345 678"' in part
    assert re.search(r'id="no-phone" hidden hx-swap-oob="true"', part), "what was said to be missing is not any more"
    assert "contact_phone" not in part, "the form is not on the screen"
    form = desk.post(to("contact", draft.pk), {**typed, "phone": "0912345687", "view": "form"}, headers=KEPT_BY_ITSELF)
    follower = re.search(r'<input[^>]*name="contact_phone"[^>]*>', form.content.decode())
    assert follower and "0912 345 687" in follower[0] and 'hx-swap-oob="true"' in follower[0]
    draft.refresh_from_db()
    assert (draft.contact_phone, draft.contact_email) == ("+84912345687", "a@b.vn")


def test_taking_back_asks_once_when_something_was_typed(desk: Client, ticket: Ticket) -> None:
    draft = a_draft(ticket=ticket, complete=False)
    assert "data-drop" not in desk.get(to("desk"), {"matter": draft.pk}).content.decode()
    keep_form(application=draft, values={"child_name": "Bảo"}, at=MONDAY, acting_user=draft.opened_by)
    assert "data-drop" in desk.get(to("desk"), {"matter": draft.pk}).content.decode()


def test_one_sentence_about_one_cause_is_said_once(desk: Client) -> None:
    typed = CARD.replace("Nguyễn Thị Hoà", "Nguyeexn Thij Hoaf2").replace("|Nữ|", "|Nuwx|")
    answer = desk.post(to("scan"), {"payload": typed})
    said = [str(error) for error in answer.context["scan_form"].errors["payload"]]
    assert len(said) == len(set(said)) >= 1


def test_a_phone_that_is_said_once_stands_in_the_form_too_and_leaves_with_its_owner(
    desk: Client, ticket: Ticket
) -> None:
    unreached = CitizenFactory(full_name="Lý Thị Mai", phone="")
    CitizenFactory(identity_number=OTHER, full_name="Trần Văn Bình", phone="")
    draft = a_draft(ticket=ticket, citizen=unreached, procedure="marriage", complete=False)
    desk.post(to("keep_form", draft.pk), {"stay": "1", "contact_phone": ""})  # the form was opened before

    desk.post(to("contact", draft.pk), {"phone": "0912 345 678", "email": ""})

    draft.refresh_from_db()
    assert form_values(draft)["contact_phone"] == "+84912345678"
    desk.post(to("keep_form", draft.pk), {"stay": "1", "contact_phone": "0912 345 678"})

    desk.post(to("scan"), {"payload": OTHER_CARD, "matter": draft.pk})
    desk.post(to("applicant"), {"choice": "change", "matter": draft.pk})
    draft.refresh_from_db()
    assert draft.applicant is not None and draft.applicant.full_name == "Trần Văn Bình"
    assert "contact_phone" not in form_values(draft)


def test_a_phone_typed_into_the_form_beside_another_contact_stays_as_it_was_typed(desk: Client, ticket: Ticket) -> None:
    draft = a_draft(ticket=ticket, citizen=CitizenFactory(phone=""), procedure="marriage", complete=False)
    desk.post(to("contact", draft.pk), {"phone": "0912 345 678", "email": ""})
    desk.post(to("keep_form", draft.pk), {"stay": "1", "contact_phone": "0987 654 321"})
    desk.post(to("contact", draft.pk), {"phone": "0912 345 687", "email": ""})
    draft.refresh_from_db()
    assert (form_values(draft)["contact_phone"], draft.contact_phone) == ("0987 654 321", "+84912345687")


def test_a_contact_that_is_put_right_is_put_right_in_the_form_that_was_kept_with_it(
    desk: Client, ticket: Ticket
) -> None:
    draft = a_draft(ticket=ticket, citizen=CitizenFactory(phone=""), procedure="marriage", complete=False)
    desk.post(to("contact", draft.pk), {"phone": "0912 345 687", "email": ""})
    draft.refresh_from_db()
    shown = str(bound_form(draft, MONDAY)["contact_phone"].value())
    desk.post(to("keep_form", draft.pk), {"stay": "1", "contact_phone": shown})  # the form keeps all it shows

    desk.post(to("contact", draft.pk), {"phone": "0912 345 678", "email": ""})

    draft.refresh_from_db()
    assert form_values(draft)["contact_phone"] == "+84912345678"


# -- where they live, and how to reach them ---------------------------------------------------------------------------


def test_a_divided_ward_says_afterwards_that_it_was_asked_and_not_that_it_was_one_place(
    desk: Client, ticket: Ticket
) -> None:
    call_command("load_units", verbosity=0)
    desk.post(to("scan"), {"payload": CARD})
    page = desk.post(to("settle_unit"), {"unit": "00235"}, follow=True).content.decode()
    assert "theo lời công dân" in page and "một nơi" not in page


def test_an_address_the_card_does_not_tell_is_written_down_as_the_person_says_it(desk: Client, ticket: Ticket) -> None:
    call_command("load_units", verbosity=0)
    desk.post(to("scan"), {"payload": CARD.replace("Láng Hạ, Đống Đa, Hà Nội", "Quận 1, Hồ Chí Minh")})

    empty = desk.post(to("lives_at"), {"address": " "})
    assert empty.status_code == 422 and "Xin ghi địa chỉ hiện nay" in empty.content.decode()
    page = desk.post(to("lives_at"), {"address": "12 ngõ 5, phường Kim Liên, Hà Nội"}, follow=True)

    citizen = Citizen.objects.get(identity_number=NUMBER)
    assert (citizen.address, citizen.unit_code) == ("12 ngõ 5, phường Kim Liên, Hà Nội", "00229")
    assert 'id="address-form"' not in page.content.decode()


def test_of_somebody_whose_year_of_birth_alone_is_known_only_the_sex_is_said(desk: Client, ticket: Ticket) -> None:
    CitizenFactory(identity_number=NUMBER, birth_text="1948", birth_date=None, sex="female", address="Hà Nội")
    page = desk.post(to("scan"), {"payload": NUMBER}, follow=True).content.decode()
    assert '<p class="soft">nữ</p>' in page


def test_a_second_matter_keeps_the_phone_given_for_the_first(desk: Client, ticket: Ticket) -> None:
    CitizenFactory(identity_number=NUMBER, phone="+84900000000", address="Phường Kim Liên, Hà Nội")
    desk.post(to("scan"), {"payload": NUMBER})
    codes = {row.key: row.code for row in Procedure.objects.filter(key__in=["birth", "marriage"])}
    desk.post(to("choose"), {"procedure": codes["birth"], "client_key": "mot"})
    first = Application.objects.get(matter__ticket=ticket)
    desk.post(to("contact", first.pk), {"phone": "0912 345 678", "email": "anh@example.vn"})

    desk.post(to("choose"), {"procedure": codes["marriage"], "client_key": "hai"})

    second = Application.objects.exclude(pk=first.pk).get(matter__ticket=ticket)
    assert (second.contact_phone, second.contact_email) == ("+84912345678", "anh@example.vn")


def test_what_is_wrong_with_a_typed_person_stands_beside_its_field_and_nothing_else(
    desk: Client, ticket: Ticket
) -> None:
    typed = {"identity_number": NUMBER, "full_name": "Nguyễn Thị Hoà", "birth_text": "31/02/1990"}
    bad_day = desk.post(to("add_person"), typed, headers={"HX-Request": "true"})
    assert set(bad_day.context["person_form"].errors) == {"birth_text"}

    bad_name = desk.post(
        to("add_person"),
        typed | {"full_name": "Nguyễn Thị 2", "birth_text": "15/06/1990"},
        headers={"HX-Request": "true"},
    )
    assert set(bad_name.context["person_form"].errors) == {"full_name"}, "the day is right by now"
    assert not Citizen.objects.exists()


def test_at_a_marriage_the_scanned_person_stands_on_their_side_and_the_partner_is_put_on_the_other(
    desk: Client, ticket: Ticket
) -> None:
    desk.cookies["django_language"] = "en"
    woman = CitizenFactory(full_name="Nguyễn Thị Ánh", sex="female", address="Láng Hạ, Hà Nội")
    draft = a_draft(ticket=ticket, citizen=woman, procedure="marriage", complete=False)
    form = bound_form(draft, MONDAY)
    assert form["wife_name"].value() == "Nguyễn Thị Ánh"
    assert form["wife_identity"].value() == woman.identity_number
    assert form["wife_residence"].value() == "Láng Hạ, Hà Nội"
    assert not form["husband_name"].value()

    page = desk.post(to("scan"), {"payload": OTHER_CARD, "matter": draft.pk}, follow=True)
    assert "Put Trần Văn Bình into the form: The man" in words(page)
    desk.post(to("applicant"), {"choice": "side", "matter": draft.pk})

    draft.refresh_from_db()
    form = bound_form(draft, MONDAY)
    assert draft.applicant == woman
    assert (form["husband_name"].value(), form["husband_identity"].value()) == ("Trần Văn Bình", OTHER)
    assert form["wife_name"].value() == "Nguyễn Thị Ánh"
    assert not {"husband_name", "husband_born", "husband_identity", "husband_residence"} & form.errors.keys()


def test_a_person_of_the_same_sex_or_beside_another_form_is_not_offered_a_side(
    desk: Client, ticket: Ticket, draft: Application
) -> None:
    desk.post(to("scan"), {"payload": OTHER_CARD, "matter": draft.pk})
    assert 'value="side"' not in words(desk.get(to("desk"), {"matter": draft.pk}))
    assert desk.post(to("applicant"), {"choice": "side", "matter": draft.pk}).status_code == 400
    man = CitizenFactory(full_name="Phạm Văn Nam", sex="male")
    theirs = a_draft(ticket=ticket, citizen=man, procedure="marriage", complete=False)
    desk.post(to("scan"), {"payload": OTHER_CARD, "matter": theirs.pk})
    assert 'value="side"' not in words(desk.get(to("desk"), {"matter": theirs.pk}))
