"""Lists by due date: whose turn it is, at a constant price."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from applications.day import list_url
from applications.enums import State
from applications.models import Application
from applications.worklist import LISTS, behind, due_words, following, place_of
from centres.enums import Role
from centres.models import Centre
from citizens.models import Look
from portal import clock
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_member, member_of

pytestmark = pytest.mark.django_db
URL = "/dossiers/"
# With that of whoever wrote and waits for an answer.
MOST_STATEMENTS = 7
As = Callable[[Any], Client]


def _many(count: int) -> None:
    """Copies of one real dossier: the list reads nothing that a copy lacks."""
    pattern = a_dossier()
    rows = []
    for number in range(count):
        row = Application.objects.get(pk=pattern.pk)
        row.pk, row.matter = None, None
        row.code, row.token = f"H26.30.3-261124-{number:04}", f"token-{number}"
        row.due_at = pattern.due_at + timedelta(minutes=number)
        rows.append(row)
    Application.objects.bulk_create(rows)


@pytest.mark.parametrize("count", [1, 30, 300])
def test_a_page_costs_the_same_however_long_the_list(as_: As, at_hanoi: Any, count: int) -> None:
    at_hanoi("2026-11-23 12:00")
    _many(count)
    client = as_(Role.SPECIALIST)
    client.get(URL, {"list": "to-take"})
    with CaptureQueriesContext(connection) as statements:
        answer = client.get(URL, {"list": "to-take"})
    assert len(answer.context["rows"]) == min(count + 1, 30)
    assert len(statements) <= MOST_STATEMENTS, [statement["sql"] for statement in statements]


def test_one_look_names_everybody_on_the_page(as_: As) -> None:
    dossiers = [a_dossier(), a_dossier()]
    as_(Role.SPECIALIST).get(URL, {"list": "to-take"})
    look = Look.objects.get()
    assert look.subjects == sorted(dossier.applicant_id for dossier in dossiers)
    assert look.unit == "Chi nhánh số 3"


def test_a_list_over_several_centres_writes_one_look_a_centre(as_: As) -> None:
    other = a_centre("chi-nhanh-4", "H26.30.4")
    here, there = a_dossier(), a_dossier()
    Application.objects.filter(pk=there.pk).update(competent=other)
    as_(a_member(Role.CITY_ADMIN)).get(URL, {"list": "all"})
    assert {look.unit: look.subjects for look in Look.objects.all()} == {
        "Chi nhánh số 3": [here.applicant_id],
        "Chi nhánh số 4": [there.applicant_id],
    }


def test_pages_follow_one_another_without_a_gap(as_: As) -> None:
    _many(64)
    client, seen, after = as_(Role.SPECIALIST), [], ""
    for _page in range(4):
        answer = client.get(URL, {"list": "to-take", **({"after": after} if after else {})})
        seen += [row.application.pk for row in answer.context["rows"]]
        after = answer.context["next_page"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 65
    dues = list(Application.objects.filter(pk__in=seen).by_due_date().values_list("pk", flat=True))
    assert seen == dues


@pytest.mark.parametrize(
    "after", ["x", ",", "2026-11-23T10:00:00+07:00,", "99999-01-01,1", "2026-11-23T10:00,5", "a,b,c", "\x00,1"]
)
def test_a_page_address_that_makes_no_sense_is_the_first_page(as_: As, after: str) -> None:
    a_dossier()
    assert len(as_(Role.SPECIALIST).get(URL, {"list": "to-take", "after": after}).context["rows"]) == 1


@pytest.mark.parametrize("year", [2027, 9999])
def test_a_page_ends_whatever_the_year(as_: As, year: int) -> None:
    one = a_dossier()
    Application.objects.filter(pk=one.pk).update(due_at=datetime(year, 12, 31, 10, tzinfo=UTC))
    one.refresh_from_db()
    assert list(behind(Application.objects.by_due_date(), place_of(one))) == []
    assert list(following(Application.objects.by_due_date(), one)) == []


def test_each_role_has_the_lists_of_its_turn(as_: As) -> None:
    a_dossier(state=State.ACCEPTED), a_dossier(state=State.PROCESSING), a_dossier(state=State.DONE)

    def counts(role: str) -> dict[str, int]:
        return {tab.key: count for tab, count in as_(role).get(URL).context["tabs"]}

    assert counts(Role.SPECIALIST) == {"mine": 1, "asked-elsewhere": 0, "to-take": 1, "all": 3}
    assert counts(Role.LEADER) == {"to-sign": 0, "not-made": 0, "apologies": 0, "to-give-back": 0, "all": 3}
    assert counts(Role.COUNTER_OFFICER) == {
        "to-hand-over": 1,
        "to-forward": 0,
        "uncollected": 0,
        "fees-to-take": 0,
        "by-post": 0,
        "sent-back": 0,
        "not-made": 0,
        "to-withdraw": 0,
        "all": 3,
    }
    assert set(counts(Role.MANAGER)) == {"to-give-back", "overdue", "due-today", "done-today", "all"}


def test_another_centre_sees_nothing_of_it(as_: As) -> None:
    dossier = a_dossier()
    client = as_(a_member(Role.SPECIALIST, a_centre("chi-nhanh-4", "H26.30.4")))
    assert client.get(URL, {"list": "to-take"}).context["rows"] == []
    assert client.get(reverse("applications:dossier", args=[dossier.pk])).status_code == 404
    assert client.get(reverse("applications:receipt", args=[dossier.pk])).status_code == 404


def test_somebody_without_a_role_is_refused(as_: As) -> None:
    from tests.factories.citizens import UserFactory  # noqa: PLC0415

    assert as_(UserFactory()).get(URL).status_code == 403


def test_a_code_opens_its_dossier(as_: As) -> None:
    dossier = a_dossier()
    answer = as_(Role.LEADER).get(URL, {"code": dossier.code.lower()})
    assert answer.url == reverse("applications:dossier", args=[dossier.pk])


@pytest.mark.parametrize(
    ("hours", "words"), [(-1, "overdue since 17:00 30/11/2026"), (3, "today 17:00"), (24 + 3, "tomorrow 17:00")]
)
def test_the_due_date_is_said_as_people_say_it(hours: int, words: str) -> None:
    dossier = a_dossier(procedure="land_change_info")
    from django.utils import translation  # noqa: PLC0415

    with translation.override("en"):
        at = dossier.due_at - timedelta(hours=hours) if hours > 0 else dossier.due_at + timedelta(hours=1)
        assert due_words(dossier, at) == words


def test_a_dossier_page_offers_only_what_this_person_may_do(as_: As) -> None:
    dossier = a_dossier()
    url = reverse("applications:dossier", args=[dossier.pk])

    def offered(role: str) -> list[str]:
        return [verb.key for verb, _form in as_(role).get(url).context["steps"]]

    assert offered(Role.SPECIALIST)[0] == "take"
    assert "take" not in offered(Role.LEADER) + offered(Role.COUNTER_OFFICER)
    assert "stop" not in offered(Role.SPECIALIST) + offered(Role.COUNTER_OFFICER)
    assert offered(Role.MANAGER) == []


def test_what_was_typed_stays_when_it_cannot_be_done(as_: As) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    url = reverse("applications:dossier_act", args=[dossier.pk, "propose"])
    bad = as_(Role.SPECIALIST).post(url, {"propose-number": ""})
    assert bad.status_code == 400
    other = as_(Role.LEADER).post(url, {"propose-number": "1/TP"})
    assert other.status_code == 403
    dossier.refresh_from_db()
    assert dossier.state == State.PROCESSING


def _step_url(dossier: Application, key: str) -> str:
    return reverse("applications:dossier_act", args=[dossier.pk, key])


def test_a_leaders_old_page_signs_nothing_it_has_not_shown(as_: As) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    specialist, leader = as_(Role.SPECIALIST), as_(Role.LEADER)
    page = reverse("applications:dossier", args=[dossier.pk])

    def shown(answer: Any) -> dict[str, str]:
        return dict(re.findall(r'name="(sign-proposal)" value="(\d+)"', answer.content.decode()))

    specialist.post(_step_url(dossier, "propose"), {"propose-number": "30A/KS"})
    old = shown(leader.get(page))
    leader.post(_step_url(dossier, "send-back"), {"send-back-reason": "Sai số"})
    specialist.post(_step_url(dossier, "propose"), {"propose-number": "30B/KS"})

    assert leader.post(_step_url(dossier, "sign"), {}).status_code == 400, "a page that shows nothing signs nothing"
    refused = leader.post(_step_url(dossier, "sign"), old)
    assert refused.status_code == 409
    assert "không còn như khi anh/chị đã xem" in refused.content.decode()
    assert not Application.objects.get(pk=dossier.pk).result.signed_at
    assert leader.post(_step_url(dossier, "sign"), shown(refused)).status_code == 302
    assert Application.objects.get(pk=dossier.pk).result.number == "30B/KS"


def test_why_a_dossier_was_sent_back_stands_above_its_next_step(as_: As) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    specialist, leader = as_(Role.SPECIALIST), as_(Role.LEADER)
    page = reverse("applications:dossier", args=[dossier.pk])

    def above_the_steps(client: Client) -> str:
        return client.get(page).content.decode().partition('class="card step"')[0]

    specialist.post(_step_url(dossier, "propose"), {"propose-number": "77/TP"})
    leader.post(_step_url(dossier, "send-back"), {"send-back-reason": "Sai tên mẹ"})
    assert "Sai tên mẹ" in above_the_steps(specialist)
    specialist.post(_step_url(dossier, "propose"), {"propose-number": "78/TP"})
    assert "Sai tên mẹ" not in above_the_steps(leader)
    leader.post(_step_url(dossier, "send-back"), {"send-back-reason": "Còn sai ngày"})
    assert "Còn sai ngày" in above_the_steps(specialist)
    assert "Sai tên mẹ" not in above_the_steps(specialist)


def test_what_was_typed_for_another_step_stays_too(as_: As, monday: None) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    client = as_(Role.SPECIALIST)
    page = client.get(reverse("applications:dossier", args=[dossier.pk])).content.decode()
    steps = [form for form in re.findall("<form.*?</form>", page, re.S) if "propose-number" in form]
    assert len(steps) == 1
    assert all(f'formaction="{_step_url(dossier, key)}"' in steps[0] for key in ("propose", "prepare-apology"))
    assert reverse("applications:ask_supplement", args=[dossier.pk]) in page

    typed = {"propose-number": "77/TP", "prepare-apology-reason": ""}
    page = client.post(_step_url(dossier, "prepare-apology"), typed).content.decode()
    assert 'value="77/TP"' in page
    assert 'href="#id_prepare-apology-reason"' in page
    assert 'href="#id_propose-number"' not in page, "nobody asked for that step"

    typed = {"propose-number": "", "prepare-apology-reason": "Thiếu giấy chứng sinh"}
    page = client.post(_step_url(dossier, "propose"), typed).content.decode()
    assert "Thiếu giấy chứng sinh</textarea>" in page
    assert "<details open>" in page


def test_a_result_is_handed_over_against_a_signature_on_paper(as_: As) -> None:
    dossier = a_dossier(state=State.DONE)
    url = reverse("applications:dossier_act", args=[dossier.pk, "hand-over"])
    client = as_(Role.COUNTER_OFFICER)
    refused = client.post(url, {"hand-over-handed_to": "Nguyễn Văn Tư", "hand-over-authorisation": "UQ 12"})
    assert refused.status_code == 400
    assert "Nguyễn Văn Tư" in refused.content.decode()

    assert (
        client.post(
            url,
            {"hand-over-handed_to": "Nguyễn Văn Tư", "hand-over-authorisation": "UQ 12", "hand-over-on_paper": "on"},
        ).status_code
        == 302
    )
    dossier = Application.objects.get(pk=dossier.pk)
    assert dossier.state == State.RETURNED
    assert dossier.result.handed_to == "Nguyễn Văn Tư"


def test_a_signature_on_the_screen_is_kept_as_a_picture(as_: As) -> None:
    import base64  # noqa: PLC0415
    from io import BytesIO  # noqa: PLC0415

    from PIL import Image  # noqa: PLC0415

    drawn = BytesIO()
    Image.new("RGB", (60, 18), "white").save(drawn, "PNG")
    dossier = a_dossier(state=State.DONE)
    url = reverse("applications:dossier_act", args=[dossier.pk, "hand-over"])
    values = {
        "hand-over-handed_to": "Nguyễn Văn Tư",
        "hand-over-authorisation": "UQ 12",
        "hand-over-signature": "data:image/png;base64," + base64.b64encode(drawn.getvalue()).decode(),
    }
    client = as_(Role.COUNTER_OFFICER)
    assert client.post(url, {**values, "hand-over-signature": "data:image/png;base64,!!"}).status_code == 400
    assert client.post(url, values).status_code == 302
    assert Application.objects.get(pk=dossier.pk).result.signature.media_type == "image/png"


def test_opening_a_dossier_is_written_down_with_its_code(as_: As) -> None:
    dossier = a_dossier()
    answer = as_(Role.SPECIALIST).get(reverse("applications:dossier", args=[dossier.pk]))
    look = Look.objects.get()
    assert (look.citizen, look.dossier_code) == (dossier.applicant, dossier.code)
    page = answer.content.decode()
    assert dossier.applicant.identity_number not in page
    assert "0912 345 678" not in page


def test_the_managers_panel_counts_and_leads_to_the_lists(as_: As, at_hanoi: Any, centre: Any) -> None:
    from applications.day import needs_attention  # noqa: PLC0415

    late = a_dossier(procedure="land_change_info", at=MONDAY - timedelta(days=30))
    at_hanoi("2026-11-23 12:00")
    answer = as_(Role.MANAGER).get(reverse("applications:day_dossiers"), {"centre": centre.pk})
    assert answer.context["numbers"].overdue == 1
    listed = as_(Role.MANAGER).get(answer.context["url"]["overdue"])
    assert [row.application for row in listed.context["rows"]] == [late]
    severity, sentence, url = needs_attention(centre, MONDAY)[0]
    assert severity == "act"
    assert "1" in sentence
    assert url == answer.context["url"]["overdue"]


def test_a_list_has_not_the_name_of_a_figure_that_counts_something_else() -> None:
    """The day counts what is being handled; the list of all holds what is finished and not collected, too."""
    titles = {str(each.title): each.key for each in LISTS}
    assert len(titles) == len(LISTS)
    assert titles["Chưa trả xong"] == "all"
    with translation.override("vi"):
        assert all(str(each.title).casefold() != gettext("in hand") for each in LISTS)


def test_each_row_says_why_it_is_in_this_list(as_: As, at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 15:00")
    a_dossier(), a_dossier(state=State.PROCESSING), a_dossier(state=State.DONE)

    def whys(role: str, key: str) -> list[str]:
        user = member_of(role, a_centre())
        rows = as_(user).get(URL, {"list": key}).context["rows"]
        assert all(row.why for row in rows)
        work = next(one for one in LISTS if one.key == key)
        with translation.override("en"):
            return sorted(work.why(row.application, user) for row in rows)

    assert whys(Role.SPECIALIST, "mine") == ["You handle it."]
    assert whys(Role.SPECIALIST, "to-take") == ["Received 10:26 23/11/2026; nobody has taken it."]
    assert whys(Role.COUNTER_OFFICER, "to-hand-over") == ["The result is ready since 13:26 23/11/2026."]
    assert len(set(whys(Role.MANAGER, "all"))) == 3


def test_every_list_gives_a_reason(centre: Any) -> None:
    dossier = a_dossier(state=State.DONE)
    assert all(work.why(dossier, dossier.handler) for work in LISTS)


def test_a_filter_stays_until_it_is_taken_away(as_: As) -> None:
    land, birth = a_dossier(procedure="land_change_info"), a_dossier()
    client = as_(Role.SPECIALIST)

    def shown(**asked: str) -> list[int]:
        return [row.application.pk for row in client.get(URL, {"list": "to-take", **asked}).context["rows"]]

    assert set(shown()) == {land.pk, birth.pk}
    assert shown(filter="1", procedure="land_change_info") == [land.pk]
    assert shown() == [land.pk]
    assert shown(filter="1", procedure="birth", state="2") == [birth.pk]
    assert shown(filter="1", state="9") == []
    assert set(shown(filter="1")) == set(shown()) == {land.pk, birth.pk}
    assert set(shown(filter="1", procedure="'", state="x", due="never")) == {land.pk, birth.pk}


def test_a_list_that_is_empty_because_it_is_narrowed_says_so_and_offers_all(as_: As) -> None:
    client = as_(Role.SPECIALIST)
    assert "Cảm ơn anh/chị" in client.get(URL, {"list": "to-take"}).content.decode()
    a_dossier()
    page = client.get(URL, {"list": "to-take", "filter": "1", "procedure": "land_change_info"}).content.decode()
    assert "Cảm ơn anh/chị" not in page
    assert page.count('?list=to-take&amp;filter=1"') == 2


def test_a_figure_leads_to_all_that_it_counts(as_: As, centre: Centre) -> None:
    dossier = a_dossier()
    client = as_(Role.MANAGER)
    client.get(URL, {"list": "all", "filter": "1", "procedure": "land_change_info"})
    rows = client.get(list_url(centre, "all")).context["rows"]
    assert [row.application.pk for row in rows] == [dossier.pk]


@pytest.mark.parametrize(
    ("due", "hours", "found"), [("late", 1, 1), ("late", -1, 0), ("today", -1, 1), ("week", -30, 1)]
)
def test_a_filter_by_date(as_: As, at_hanoi: Any, due: str, hours: int, found: int) -> None:
    dossier = a_dossier(procedure="land_change_info")
    at_hanoi(clock.local(dossier.due_at + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M"))
    answer = as_(Role.SPECIALIST).get(URL, {"list": "to-take", "filter": "1", "due": due})
    assert len(answer.context["rows"]) == found


def test_a_list_is_not_counted_to_its_end(as_: As) -> None:
    _many(120)
    answer = as_(Role.SPECIALIST).get(URL, {"list": "to-take"})
    assert {tab.key: count for tab, count in answer.context["tabs"]}["to-take"] == 100
    assert "99+" in answer.content.decode()


def test_several_are_taken_at_once_and_one_that_cannot_be_keeps_no_other_back(as_: As) -> None:
    first, second, gone = a_dossier(), a_dossier(), a_dossier(state=State.PROCESSING)
    there = a_dossier()
    Application.objects.filter(pk=there.pk).update(competent=a_centre("chi-nhanh-4", "H26.30.4"))
    keys = [first.pk, second.pk, gone.pk, there.pk, "x", 0]
    answer = as_(Role.SPECIALIST).post("/dossiers/several/", {"list": "to-take", "dossier": keys}, follow=True)
    states = [Application.objects.get(pk=row.pk).state for row in (first, second, there)]
    assert states == [State.PROCESSING, State.PROCESSING, State.ACCEPTED]
    said = [str(message) for message in answer.context["messages"]]
    assert len(said) == 2
    assert gone.code in said[1]


def test_several_are_handed_on_to_a_colleague(as_: As) -> None:
    rows = [a_dossier(state=State.PROCESSING) for _one in range(2)]
    colleague = a_member(Role.SPECIALIST, full_name="Mai Thu An")
    client = as_(Role.SPECIALIST)
    shown = client.get(URL, {"list": "mine"})
    assert shown.context["colleagues"] == [colleague]
    asked = {"list": "mine", "dossier": [row.pk for row in rows], "to": colleague.pk}
    lacking = client.post("/dossiers/several/", {**asked, "to": ""})
    assert lacking.status_code == 400
    page = lacking.content.decode()
    assert page.count(" checked") == 2
    assert 'href="#id_to"' in page
    assert 'href="#id_reason"' in page
    again = client.post("/dossiers/several/", {**asked, "to": "", "reason": "đi học"}).content.decode()
    assert 'value="đi học"' in again
    assert f'<option value="{colleague.pk}" selected>' in client.post("/dossiers/several/", asked).content.decode()
    assert {Application.objects.get(pk=row.pk).handler_id for row in rows} == {rows[0].handler_id}  # no reason
    client.post("/dossiers/several/", {**asked, "reason": "đi học"})
    assert {Application.objects.get(pk=row.pk).handler_id for row in rows} == {colleague.pk}


def test_who_has_no_such_list_does_nothing_with_several(as_: As) -> None:
    dossier = a_dossier()
    answer = as_(Role.LEADER).post("/dossiers/several/", {"list": "to-take", "dossier": [dossier.pk]})
    assert answer.status_code == 403
