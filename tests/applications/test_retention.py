"""What is no longer kept: rules, the list before, four eyes, erasing with real files, the record after."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, models, transaction
from django.test import Client
from django.urls import reverse

from applications import erasing, file_holders
from applications.actions import retain
from applications.actions.issue_receipt import issue_receipt
from applications.actions.retain import approve_list, carry_out, make_list
from applications.enums import DocumentSource, Erased, EventKind, PaperState, State
from applications.models import (
    Application,
    Document,
    EventValue,
    FileToRemove,
    IssuedForm,
    Paper,
    RetentionLine,
    RetentionList,
    RetentionRecord,
    RetentionRule,
    VirusCheck,
)
from applications.retention import _before, due_lines, rule_for, rules_on
from applications.tasks import carry_out_retention
from centres.enums import Role
from citizens.models import Citizen, HeldDocument, User
from portal import chain, clock, files
from portal.errors import NotAllowed, RuleBroken
from procedures.models import DocumentKind, Field, Procedure
from tests.factories.applications import MONDAY, a_dossier, a_member
from tests.factories.centres import city_admin

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
YEARS = MONDAY + timedelta(days=11 * 365)
MUCH_LATER = YEARS.date()


def rule(what: str, months: int | None = 120, *, confirmed: bool = True, **whom: Any) -> RetentionRule:
    return RetentionRule.objects.create(
        valid_from=whom.pop("since", date(2026, 1, 1)), what=what, months=months, source="test",
        waits_for_confirmation=not confirmed, **whom,
    )  # fmt: skip


def kept(dossier: Application, content: bytes, source: str = DocumentSource.UPLOAD) -> Document:
    """A file of the dossier that has lain in the store for years."""
    stored = files.store([content])
    os.utime(files.path_of(stored.sha256), (MONDAY.timestamp(),) * 2)
    return Document.objects.create(
        sha256=stored.sha256, size=stored.size, media_type="application/pdf", name="Nguyễn Thị Ánh.pdf", source=source,
        application=dossier, created_at=MONDAY,
    )  # fmt: skip


@pytest.fixture
def dossier() -> Application:
    """One that was over eleven years ago, with its receipt."""
    dossier = a_dossier(state=State.RETURNED)
    Application.objects.filter(pk=dossier.pk).update(
        contact_phone="+84912345678", form_data={"child_name": "Bé Na"}, facts={"authorised": True}
    )
    issue_receipt(form=IssuedForm.objects.get(application=dossier, number="01"), at=MONDAY)
    for document in Document.objects.all():
        os.utime(files.path_of(document.sha256), (MONDAY.timestamp(),) * 2)
    return Application.objects.get(pk=dossier.pk)


@pytest.fixture
def admin() -> User:
    return city_admin()


@pytest.fixture
def other() -> User:
    return city_admin()


def approved(admin: User, other: User, at: datetime = YEARS) -> RetentionList:
    listed = make_list(at=at, acting_user=admin)
    return approve_list(listed=listed, digest=listed.digest, at=at, acting_user=other)


def due(day: date = MUCH_LATER) -> list[tuple[str, int | None]]:
    return sorted((line.what, line.document_id) for line in due_lines(day))


# -- the rules ---------------------------------------------------------------------------------------------------------
def test_without_a_rule_everything_is_kept(dossier: Application, admin: User) -> None:
    kept(dossier, b"scan")
    assert due() == []
    with pytest.raises(RuleBroken) as said:
        make_list(at=YEARS, acting_user=admin)
    assert said.value.code == "nothing_due" and not RetentionList.objects.exists()


def test_a_rule_that_waits_for_confirmation_erases_nothing(dossier: Application) -> None:
    document = kept(dossier, b"scan")
    one = rule(Erased.PAPERS, confirmed=False)
    assert due() == []
    one.waits_for_confirmation = False
    one.save()
    assert due() == [("papers", document.pk)]


def test_the_nearest_rule_counts_and_for_ever_is_for_ever(dossier: Application) -> None:
    procedure = dossier.version.procedure
    kind = Paper.objects.filter(application=dossier).first().kind  # type: ignore[union-attr]
    document, of_kind = kept(dossier, b"scan"), kept(dossier, b"card")
    Paper.objects.filter(application=dossier, kind=kind).update(document=of_kind, state=PaperState.COPIED)
    rule(Erased.PAPERS)
    assert due() == [("papers", document.pk), ("papers", of_kind.pk)]
    rule(Erased.PAPERS, None, field=procedure.field)
    assert due() == []
    rule(Erased.PAPERS, 12, field=procedure.field, kind=kind)
    assert due() == [("papers", of_kind.pk)]
    rule(Erased.PAPERS, 24, procedure=procedure)
    assert due() == [("papers", document.pk), ("papers", of_kind.pk)]
    rule(Erased.PAPERS, None, procedure=procedure, kind=kind)
    assert due() == [("papers", document.pk)]
    rule(Erased.PAPERS, None, procedure=procedure, since=YEARS.date())
    assert due() == []


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2036, 11, 30), 120, date(2026, 11, 30)),
        (date(2036, 3, 31), 1, date(2036, 2, 29)),
        (date(2037, 3, 31), 1, date(2037, 2, 28)),
        (date(2037, 1, 5), 1, date(2036, 12, 5)),
        (date(2037, 12, 31), 12, date(2036, 12, 31)),
    ],
)
def test_months_are_counted_by_the_calendar(day: date, months: int, before: date) -> None:
    found = _before(RetentionRule(months=months, waits_for_confirmation=False), day)
    assert found is not None and clock.local_day(found) == before


def test_only_what_is_over_and_has_nothing_open_is_due(dossier: Application) -> None:
    rule(Erased.PAPERS)
    document = kept(dossier, b"scan")
    open_one = a_dossier(state=State.PROCESSING)
    kept(open_one, b"open")
    assert due() == [("papers", document.pk)]
    assert due(dossier.handed_over_at.date() + timedelta(days=3652)) == []
    Application.objects.filter(pk=open_one.pk).update(for_application=dossier)
    assert due() == []
    Application.objects.filter(pk=open_one.pk).update(for_application=None)
    Paper.objects.filter(pk=open_one.papers.first().pk).update(document=document)
    assert due() == [], "another dossier was handed it in"


def test_results_and_certified_copies_are_kept_whatever_the_rules_say(dossier: Application, admin: User, other: User):
    rule(Erased.PAPERS, 12), rule(Erased.FORMS, 12), rule(Erased.WHOLE, 12)
    results = [kept(dossier, source.encode(), source) for source in (DocumentSource.RESULT, DocumentSource.CERTIFIED)]
    carry_out(listed=approved(admin, other), at=YEARS)
    assert [files.read(one.sha256) for one in results] == [b"result", b"certified"]


# -- the list and its approval -------------------------------------------------------------------------------------------
def test_a_list_is_approved_by_somebody_else_as_it_was_read(dossier: Application, admin: User, other: User) -> None:
    kept(dossier, b"scan")
    rule(Erased.PAPERS)
    listed = make_list(at=YEARS, acting_user=admin)
    for user, digest, at, code in [
        (admin, listed.digest, YEARS, "four_eyes"),
        (other, "0" * 64, YEARS, "list_changed"),
        (other, listed.digest, YEARS + timedelta(days=31), "list_old"),
    ]:
        with pytest.raises(RuleBroken) as said:
            approve_list(listed=listed, digest=digest, at=at, acting_user=user)
        assert said.value.code == code
    with pytest.raises(NotAllowed):
        approve_list(listed=listed, digest=listed.digest, at=YEARS, acting_user=a_member(Role.MANAGER))
    with pytest.raises(RuleBroken) as said:
        carry_out(listed=listed, at=YEARS)
    assert said.value.code == "not_approved"
    approve_list(listed=listed, digest=listed.digest, at=YEARS, acting_user=other)
    with pytest.raises(RuleBroken):
        approve_list(listed=listed, digest=listed.digest, at=YEARS, acting_user=other)


def test_the_database_holds_four_eyes(admin: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RetentionList.objects.create(
            made_at=MONDAY, made_by=admin, day=MONDAY.date(), digest="0" * 64, approved_at=MONDAY, approved_by=admin
        )


def test_a_list_that_was_changed_after_its_approval_is_not_carried_out(dossier: Application, admin: User, other: User):
    kept(dossier, b"scan")
    rule(Erased.PAPERS)
    listed = approved(admin, other)
    RetentionLine.objects.create(
        listed=listed, application=dossier, what=Erased.WHOLE, rule=rule(Erased.WHOLE), ended_on=MONDAY.date()
    )
    with pytest.raises(RuleBroken) as said:
        carry_out(listed=listed, at=YEARS)
    assert said.value.code == "list_changed"


def test_a_new_list_takes_the_place_of_one_that_nobody_approved(dossier: Application, admin: User) -> None:
    kept(dossier, b"scan")
    rule(Erased.PAPERS)
    first = make_list(at=YEARS, acting_user=admin)
    second = make_list(at=YEARS, acting_user=admin)
    assert (
        list(RetentionList.objects.all()) == [second] and first.digest == second.digest
    ) or second.lines.count() == 1


# -- carrying out --------------------------------------------------------------------------------------------------------
def test_files_leave_the_store_unless_something_else_means_them(dossier: Application, admin: User, other: User) -> None:
    alone, shared, held = kept(dossier, b"alone"), kept(dossier, b"shared"), kept(dossier, b"held")
    elsewhere = kept(a_dossier(state=State.PROCESSING), b"shared")
    HeldDocument.objects.create(
        citizen=dossier.applicant, kind_key="id", title="CCCD", sha256=held.sha256, media_type="image/jpeg",
        source_code="x", created_at=MONDAY,
    )  # fmt: skip
    rule(Erased.PAPERS)
    record = carry_out(listed=approved(admin, other), at=YEARS)
    assert record is not None and record.removed == [alone.sha256]
    assert record.counts == {"files_meant_elsewhere": 2, "files_removed": 1, "papers": 3}
    assert record.hash == record.computed_hash()
    assert not files.is_stored(alone.sha256)
    assert files.read(elsewhere.sha256) == b"shared" and files.read(held.sha256) == b"held"
    for document in (alone, shared, held):
        document.refresh_from_db()
        assert (document.name, document.erased_at) == (erasing.NOBODY, YEARS)
    event = dossier.events.filter(kind=EventKind.ERASED).last()
    assert event is not None and event.actor == other and event.details["files"] == 1
    assert chain.verify(dossier.events.all()) is None
    assert "Ánh" not in str(record.body()) and due() == []


def test_a_whole_dossier_is_made_anonymous_and_its_chain_stays_whole(
    dossier: Application, admin: User, other: User, as_: As
) -> None:
    name = dossier.applicant.full_name
    scan, receipt = kept(dossier, b"scan"), IssuedForm.objects.get(application=dossier, number="01").document
    assert EventValue.objects.filter(event__application=dossier, erased_at=None).exists() and receipt is not None
    rule(Erased.WHOLE)
    listed = approved(admin, other)
    assert [line.what for line in listed.lines.all()] == ["whole"]
    record = carry_out(listed=listed, at=YEARS)
    assert record is not None and record.removed == sorted([scan.sha256, receipt.sha256])
    left = Application.objects.get(pk=dossier.pk)
    assert (left.contact_phone, left.form_data, left.facts, left.state) == ("", {}, {}, State.RETURNED)
    assert left.token != dossier.token and left.anonymised_at == YEARS and left.code == dossier.code
    assert left.applicant != dossier.applicant and left.applicant.full_name == erasing.NOBODY
    assert not EventValue.objects.filter(event__application=dossier, erased_at=None).exists()
    assert chain.verify(left.events.all()) is None
    assert Citizen.objects.get(pk=dossier.applicant_id).full_name == name, "the person's own record is their own matter"
    said = _every_text(dossier)
    assert name not in said and "912345678" not in said and "Bé Na" not in said
    assert due() == []
    leader = as_(a_member(Role.LEADER, left.competent))
    page = leader.get(reverse("applications:dossier", args=[left.pk]))
    assert page.status_code == 200 and name not in page.content.decode()
    assert leader.get(reverse("applications:document", args=[scan.pk])).status_code == 410
    assert leader.get(reverse("applications:receipt", args=[left.pk])).status_code == 410


def _every_text(dossier: Application) -> str:
    """All that any row says that hangs on the dossier."""
    said = [str(Application.objects.filter(pk=dossier.pk).values().get())]
    for relation in Application._meta.related_objects:
        rows = relation.related_model._default_manager.filter(**{relation.field.name: dossier.pk})
        said.append(str(list(rows.values())))
    said.append(str(list(EventValue.objects.filter(event__application=dossier).values())))
    return " ".join(said)


def test_anonymous_dossiers_share_one_nobody(admin: User, other: User) -> None:
    dossiers = [a_dossier(state=State.RETURNED) for _number in range(2)]
    rule(Erased.WHOLE)
    carry_out(listed=approved(admin, other), at=YEARS)
    rows = Application.objects.filter(pk__in=[one.pk for one in dossiers])
    assert rows.values("applicant").distinct().count() == 1 and len(set(rows.values_list("token", flat=True))) == 2


def test_a_form_that_is_no_longer_kept_cannot_be_drawn_anew(
    dossier: Application, admin: User, other: User, as_: As
) -> None:
    rule(Erased.FORMS)
    carry_out(listed=approved(admin, other), at=YEARS)
    form = IssuedForm.objects.get(application=dossier, number="01")
    assert form.is_erased and list(files.names()) == []
    officer = as_(a_member(Role.LEADER, dossier.competent))
    assert officer.get(reverse("applications:receipt", args=[dossier.pk])).status_code == 410
    assert list(files.names()) == []


@pytest.mark.parametrize("step", ["record", "anonymise", "FileToRemove", "remove", "is_meant", "RetentionRecord"])
@pytest.mark.parametrize("after", [0, 1])
def test_ended_anywhere_in_the_middle_it_is_gone_on_with(
    dossier: Application, admin: User, other: User, step: str, after: int
) -> None:
    others = [a_dossier(state=State.RETURNED) for _number in range(2)]
    scans = [kept(one, f"scan {one.pk}".encode()) for one in (dossier, *others)]
    rule(Erased.WHOLE)
    listed = approved(admin, other)
    holder: Any = {"FileToRemove": FileToRemove.objects, "RetentionRecord": RetentionRecord, "remove": files}.get(
        step, retain
    )
    name = {"FileToRemove": "get_or_create", "RetentionRecord": "save"}.get(step, step)
    real, calls = getattr(holder, name), []

    def dying(*args: Any, **values: Any) -> Any:
        calls.append(1)
        if len(calls) > after:
            raise SystemExit
        return real(*args, **values)

    dies = step != "RetentionRecord" or after == 0
    with patch.object(holder, name, dying):
        if dies:
            with pytest.raises(SystemExit):
                carry_out(listed=listed, at=YEARS)
    record = carry_out(listed=listed, at=YEARS + timedelta(hours=1))
    assert record is not None and set(record.removed) >= {scan.sha256 for scan in scans}
    assert not any(files.is_stored(scan.sha256) for scan in scans)
    for one in (dossier, *others):
        assert one.events.filter(kind=EventKind.ERASED).count() == 1 and chain.verify(one.events.all()) is None
    assert carry_out(listed=listed, at=YEARS + timedelta(hours=2)) == record and RetentionRecord.objects.count() == 1


def test_a_file_that_somebody_keeps_in_this_moment_stays(dossier: Application, admin: User, other: User) -> None:
    document = kept(dossier, b"scan")
    rule(Erased.PAPERS)
    listed = approved(admin, other)
    files.store([b"scan"])  # its row is not written yet
    os.utime(files.path_of(document.sha256), (YEARS.timestamp() - 60,) * 2)
    assert carry_out(listed=listed, at=YEARS) is None and files.read(document.sha256) == b"scan"
    record = carry_out(listed=listed, at=YEARS + timedelta(days=2))
    assert record is not None and record.removed == [document.sha256]


def test_what_is_not_due_any_more_is_left(dossier: Application, admin: User, other: User) -> None:
    document = kept(dossier, b"scan")
    rule(Erased.PAPERS)
    listed = approved(admin, other)
    rule(Erased.PAPERS, None, procedure=dossier.version.procedure)
    record = carry_out(listed=listed, at=YEARS)
    assert record is not None and record.counts == {"files_meant_elsewhere": 0, "files_removed": 0, "left_not_due": 1}
    assert files.read(document.sha256) == b"scan" and not dossier.events.filter(kind=EventKind.ERASED).exists()


def test_a_file_on_the_list_beside_its_whole_dossier_goes_once(dossier: Application, admin: User, other: User) -> None:
    kept(dossier, b"scan")
    rule(Erased.WHOLE), rule(Erased.PAPERS)
    record = carry_out(listed=approved(admin, other), at=YEARS)
    assert record is not None and record.counts["whole"] == 1 and record.counts["left_gone"] == 1


# -- commands and pages --------------------------------------------------------------------------------------------------
def test_the_command_lists_and_carries_out(dossier: Application, admin: User, other: User) -> None:
    kept(dossier, b"scan")
    rule(Erased.PAPERS)
    out = io.StringIO()
    with clock.fixed(YEARS):
        call_command("retention", list=True, stdout=out)
        assert "1  in all" in out.getvalue() and not RetentionList.objects.exists()
        call_command("retention", list=True, by=admin.username, stdout=out)
        listed = RetentionList.objects.get()
        assert listed.digest in out.getvalue()
        for number in (listed.pk, 0):
            with pytest.raises(CommandError):
                call_command("retention", carry_out=number, stdout=out)
        approve_list(listed=listed, digest=listed.digest, at=YEARS, acting_user=other)
        call_command("retention", carry_out=listed.pk, stdout=out)
        assert RetentionRecord.objects.get().hash in out.getvalue()
        for who in ("nobody", a_member(Role.MANAGER).username):
            with pytest.raises(CommandError):
                call_command("retention", list=True, by=who, stdout=out)


def test_two_city_administrators_do_it_on_their_pages(dossier: Application, admin: User, other: User, as_: As) -> None:
    kept(dossier, b"scan")
    rule(Erased.PAPERS)
    with clock.fixed(YEARS):
        first, second = as_(admin), as_(other)
        page = first.post(reverse("applications:retention_make"))
        address = page["Location"]
        listed = RetentionList.objects.get()
        said = first.get(address).content.decode()
        assert dossier.code in said and dossier.applicant.full_name not in said and "csrf" in said
        assert (
            first.post(
                reverse("applications:retention_approve", args=[listed.pk]), {"digest": listed.digest}
            ).status_code
            == 409
        )
        assert (
            second.post(reverse("applications:retention_approve", args=[listed.pk]), {"digest": "x"}).status_code == 409
        )
        assert (
            second.post(
                reverse("applications:retention_approve", args=[listed.pk]), {"digest": listed.digest}
            ).status_code
            == 302
        )
        carry_out_retention()
        said = second.get(address).content.decode()
        assert RetentionRecord.objects.get().hash in said
        assert second.get(reverse("applications:retention")).status_code == 200
        assert second.post(reverse("applications:retention_make")).status_code == 409


def test_the_proposed_rules_wait_for_confirmation_and_are_loaded_once() -> None:
    Field.objects.get_or_create(code="land", defaults={"name": {"vi": "Đất đai"}, "order": 1})
    for _time in range(2):
        call_command("load_retention_rules", stdout=io.StringIO())
    rules = RetentionRule.objects.all()
    assert (
        rules.count() == len({str(one) for one in rules}) and rules.filter(field__code="land", months=None).count() == 3
    )
    assert all(one.waits_for_confirmation for one in rules)


# -- nothing is forgotten ------------------------------------------------------------------------------------------------
def test_every_text_of_a_dossiers_tables_is_blanked_or_kept_on_purpose() -> None:
    rows = erasing.BY_HAND | set(erasing.BLANKED) | set(erasing.KEPT)
    loose = []
    for model in _tables_of_a_dossier():
        texts = {
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField) and not field.choices
        }
        name = model.__name__
        if name in ("Application", "EventValue", "OriginalMove", "IssuedForm", "Part", "Document"):
            assert name in rows
            continue
        if name in erasing.DELETED:
            continue
        blanked = set(erasing.BLANKED.get(name, ("", {}))[1])
        loose += [f"{name}.{text}" for text in texts - blanked - erasing.KEPT.get(name, set())]
    assert loose == []


def _tables_of_a_dossier() -> list[type[models.Model]]:
    """Whatever hangs on a dossier or on what hangs on it, but for the lists of what is erased."""
    found: list[type[models.Model]] = [Application]
    for model in found:
        for relation in model._meta.related_objects:
            one = relation.related_model
            if one not in found and not one.__name__.startswith(("Retention", "FileTo", "Sync", "Closed")):
                found.append(one)
    return found


def test_every_table_with_hashes_of_files_is_asked_before_one_is_removed() -> None:
    with_hash = {
        model
        for model in apps.get_models()
        if any(re.fullmatch(r"sha256", field.name) for field in model._meta.concrete_fields)
    }
    # Of a statement the hash alone is kept, so that it is taken in once.
    no_files = {"SignatureMark", "BankStatement", VirusCheck.__name__, FileToRemove.__name__}
    assert {model for model in with_hash if model.__name__ not in no_files} == set(file_holders.HOLDERS)


def test_kinds_of_paper_and_fields_cannot_be_mixed_up() -> None:
    kind = DocumentKind.objects.first()
    for whom in ({"what": Erased.WHOLE, "kind": kind}, {"what": Erased.PAPERS, "months": 0}):
        if kind is None and "kind" in whom:
            continue
        with pytest.raises(IntegrityError), transaction.atomic():
            RetentionRule.objects.create(valid_from=date(2026, 1, 1), source="x", **whom)
    rule(Erased.PAPERS)
    with pytest.raises(IntegrityError), transaction.atomic():
        rule(Erased.PAPERS, 12)


def test_what_is_kept_for_ever_as_a_whole_keeps_its_papers_and_forms(dossier: Application) -> None:
    call_command("load_retention_rules", stdout=io.StringIO())
    rules = rules_on(MUCH_LATER)
    kept_for_ever = [rule.field for rule in rules.values() if rule.what == Erased.WHOLE and rule.months is None]
    assert {field.code for field in kept_for_ever if field} == {"land", "civil_status", "linked"}
    for field in kept_for_ever:
        for what in (Erased.PAPERS, Erased.FORMS):
            rule = rule_for(rules, what, Procedure(pk=0, field=field))
            assert rule is not None and rule.months is None, (what, field)
