"""What waits for legal confirmation: listed with its source, confirmed with a text and a name, listed again when changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications.actions.confirm_law import confirm_law, take_back_confirmation
from applications.enums import Erased
from applications.legal import confirmed, waiting
from applications.models import LegalNote, RetentionRule
from centres.enums import Role
from citizens.models import User
from portal.errors import BadInput, Gone, NotAllowed, RuleBroken
from procedures.enums import Confidence
from procedures.models import NationalDay
from tests.applications.at_desk import As, to, words
from tests.factories.applications import MONDAY, a_member, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "in_english")]
TODAY = MONDAY.date()
TEXT: dict[str, Any] = {"source": "Công văn 12/BTP", "text_of": date(2026, 11, 2), "at": MONDAY}


@pytest.fixture
def city(centre: Any) -> User:
    return a_member(Role.CITY_ADMIN)


@pytest.fixture
def day(centre: Any) -> NationalDay:
    row = NationalDay.objects.filter(date__gte=TODAY).first()
    NationalDay.objects.filter(pk=row.pk).update(confidence=Confidence.UNSURE, source="dự thảo")
    return NationalDay.objects.get(pk=row.pk)


def of(day: NationalDay) -> Any:
    return next((one for one in waiting(TODAY) if one.about == f"procedures.nationalday:{day.pk}"), None)


def test_it_is_listed_with_source_and_how_sure_it_is(as_: As, city: User, day: NationalDay) -> None:
    found = of(day)
    assert (found.source, found.confidence, found.begins) == ("dự thảo", "Unsure", day.date)
    page = words(as_(city).get(to("law"), {"kind": "nationalday"}))
    assert "dự thảo" in page
    assert {one.label for one in waiting(TODAY)} >= {"procedureversion", "nationalday"}


def test_confirmed_it_is_gone_from_the_list_until_it_says_something_else(as_: As, city: User, day: NationalDay) -> None:
    sent = {"about": of(day).about, "said": of(day).said, "source": TEXT["source"], "text_of": "2026-11-02"}
    assert as_(city).post(to("law"), sent).status_code == 302
    assert of(day) is None
    [(note, still)] = confirmed(20)
    assert (note.by, note.source, note.text_of, still) == (city, TEXT["source"], TEXT["text_of"], True)

    NationalDay.objects.filter(pk=day.pk).update(name="Tên khác")

    assert of(day).before == note and confirmed(20) == [(note, False)]
    assert "Công văn 12/BTP" in words(as_(city).get(to("law"), {"kind": "nationalday"}))


def test_a_mistake_is_taken_back_and_both_are_kept(as_: As, city: User, day: NationalDay) -> None:
    about = of(day).about
    confirm_law(about=about, said=of(day).said, acting_user=city, **TEXT)
    assert as_(city).post(to("law"), {"about": about, "back": "1"}).status_code == 302
    assert of(day) is not None and of(day).before is None
    assert LegalNote.objects.count() == 2 and confirmed(20) == []
    with pytest.raises(Gone):
        take_back_confirmation(about=about, at=MONDAY, acting_user=city)


def test_only_what_was_read_is_confirmed_by_the_city_with_a_text(centre: Any, city: User, day: NationalDay) -> None:
    about, said = of(day).about, of(day).said
    by: dict[str, Any] = {**TEXT, "about": about, "said": said, "acting_user": city}
    with pytest.raises(NotAllowed):
        confirm_law(**{**by, "acting_user": member_of(Role.MANAGER, centre)})
    with pytest.raises(BadInput):
        confirm_law(**{**by, "source": " "})
    with pytest.raises(BadInput):
        confirm_law(**{**by, "text_of": date(2027, 1, 1)})
    for wrong in ("citizens.citizen:1", "procedures.nationalday:x", "procedures.nationalday:999999", ""):
        with pytest.raises(Gone):
            confirm_law(**{**by, "about": wrong})
    NationalDay.objects.filter(pk=day.pk).update(name="Tên khác")
    with pytest.raises(RuleBroken) as refused:
        confirm_law(**by)
    assert refused.value.code == "changed"
    assert not LegalNote.objects.exists()


def test_what_is_wrong_is_said_at_the_row_it_is_about(as_: As, city: User, day: NationalDay) -> None:
    sent = {"about": of(day).about, "said": of(day).said, "source": "Công văn 12", "text_of": ""}
    answer = as_(city).post(f"{to('law')}?kind=nationalday", sent)
    assert answer.status_code == 400
    assert 'value="Công văn 12"' in answer.content.decode() and "<details open>" in answer.content.decode()


def test_more_rows_cost_no_more_statements(as_: As, city: User, day: NationalDay) -> None:
    client, counts = as_(city), []
    for many in (1, 30):
        rows = NationalDay.objects.filter(date__gte=TODAY)[:many]
        NationalDay.objects.filter(pk__in=[row.pk for row in rows]).update(confidence=Confidence.LIKELY)
        for one in [one for one in waiting(TODAY) if one.label == "nationalday"][: many // 2]:
            confirm_law(about=one.about, said=one.said, acting_user=city, **TEXT)
        if many == 1:
            confirm_law(about=of(day).about, said=of(day).said, acting_user=city, **TEXT)
        client.get(to("law"))
        with CaptureQueriesContext(connection) as seen:
            client.get(to("law"))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_how_long_things_are_kept_waits_here_and_erases_once_it_is_confirmed(as_: As, city: User) -> None:
    rule = RetentionRule.objects.create(valid_from=date(2026, 1, 1), what=Erased.PAPERS, months=120, source="dự thảo")
    old = RetentionRule.objects.create(valid_from=date(2025, 1, 1), what=Erased.PAPERS, months=60, source="cũ")

    def listed() -> list[str]:
        return [one.about for one in waiting(TODAY) if one.label == "retentionrule"]

    about = f"applications.retentionrule:{rule.pk}"
    assert listed() == [about] and old.pk != rule.pk
    assert "dự thảo" in words(as_(city).get(to("law"), {"kind": "retentionrule"}))
    said = next(one.said for one in waiting(TODAY) if one.about == about)
    confirm_law(about=about, said=said, **TEXT, acting_user=city)
    rule.refresh_from_db()
    assert listed() == [] and not rule.waits_for_confirmation
    assert confirmed(20)[0][1] is True
    RetentionRule.objects.filter(pk=rule.pk).update(months=12)
    assert listed() == [about]
    take_back_confirmation(about=about, at=MONDAY, acting_user=city)
    rule.refresh_from_db()
    assert listed() == [about] and rule.waits_for_confirmation
