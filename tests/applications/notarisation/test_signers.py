"""Who may certify, on what day, with which key, and how they are titled."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.actions import make_certified_copy as job
from applications.actions.approve_certification import approve_certification
from applications.actions.delegate_signing import end_delegation, enter_delegation
from applications.actions.make_certified_copy import make_certified_copy
from applications.actions.signing_keys import end_key, enter_key
from applications.actions.strike_entry import strike_entry
from applications.actions.take_over_signing import take_over_signing
from applications.certifiers import keys_that_end, title_on_paper
from applications.enums import EventKind
from applications.history_words import told
from applications.models import CertificationItem, RegisterEntry, SigningDelegation, SigningKey, SigningRules
from applications.notarisation.checks import signers_have_keys
from applications.notarisation.describe import SIGNER_TITLE, copy_text
from applications.notarisation.enums import JobState, RegisterKind
from applications.notarisation.signing.examine import examine
from applications.notarisation.signing.keyring import signing_key_of
from applications.notarisation.signing.throwaway import SECRET, Authority
from applications.notarisation.signing.trust import roots
from applications.permissions import may_certify
from centres.enums import Role
from centres.models import Membership
from citizens.models import User
from portal import clock, files
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.factories.applications import MONDAY, a_centre, a_member, member_of
from tests.factories.certifications import a_submitted_item, an_approved_item, signer_for
from tests.factories.signing import a_delegation, a_factor, a_key, open_signing_of

pytestmark = pytest.mark.django_db
DAY = clock.local_day(MONDAY)
COPIES, CONTRACTS = RegisterKind.COPIES, RegisterKind.CONTRACTS


def person(role: str) -> User:
    """As read anew: roles are remembered on the object."""
    return User.objects.get(pk=member_of(role, a_centre()).pk)


def deed(**other: Any) -> dict[str, Any]:
    return {
        "person": person(Role.COUNTER_OFFICER),
        "centre": a_centre(),
        "kinds": [COPIES.value],
        "basis": "assigned",
        "title": "Được phân công thực hiện chứng thực",
        "deed_number": "12/QĐ-UBND",
        "deed_day": date(2026, 11, 20),
        "first_day": DAY,
        "last_day": DAY + timedelta(days=30),
        "at": MONDAY,
        "acting_user": person(Role.MANAGER),
        **other,
    }


def test_leaders_of_the_centre_certify_everything_and_others_nothing() -> None:
    centre, elsewhere = a_centre(), a_centre("chi-nhanh-4", "H26.30.4")
    assert all(may_certify(person(Role.LEADER), centre, kind, DAY) for kind in RegisterKind)
    assert not may_certify(person(Role.LEADER), elsewhere, COPIES, DAY)
    for role in (Role.COUNTER_OFFICER, Role.SPECIALIST, Role.MANAGER):
        assert not may_certify(person(role), centre, COPIES, DAY)
    assert not may_certify(a_member(Role.CITY_ADMIN), centre, COPIES, DAY)


def test_a_deed_lets_somebody_certify_its_kinds_on_its_days_at_its_centre() -> None:
    held = a_delegation()

    def may(kind: str = COPIES, day: date = DAY, centre: Any = held.centre) -> bool:
        return may_certify(held.person, centre, kind, day)

    assert may()
    assert not may(kind=CONTRACTS)
    assert may(day=held.first_day) and may(day=held.last_day)
    assert not may(day=held.first_day - timedelta(days=1)) and not may(day=held.last_day + timedelta(days=1))
    assert not may(centre=a_centre("chi-nhanh-4", "H26.30.4"))


def test_whoever_left_the_centre_or_is_blocked_certifies_nothing_more() -> None:
    held = a_delegation()
    leader = person(Role.LEADER)
    Membership.objects.update(valid_to=DAY - timedelta(days=1))
    assert not may_certify(held.person, held.centre, COPIES, DAY)
    assert not may_certify(leader, held.centre, COPIES, DAY)
    Membership.objects.update(valid_to=None, blocked_reason="nghỉ việc")
    assert not may_certify(held.person, held.centre, COPIES, DAY)
    Membership.objects.update(blocked_reason="")
    held.person.is_active = False
    assert not may_certify(held.person, held.centre, COPIES, DAY)


def test_their_approval_is_refused_before_a_number_is_taken() -> None:
    item = a_submitted_item()
    leader = signer_for(item)
    Membership.objects.filter(user=leader).update(valid_to=DAY - timedelta(days=1))
    with pytest.raises(NotAllowed):
        approve_certification(item=item, at=MONDAY, acting_user=leader)
    assert not RegisterEntry.objects.exists()


def test_the_officer_who_compared_it_signs_only_by_a_deed() -> None:
    item = a_submitted_item()
    officer = item.certification.requested_by
    with pytest.raises(NotAllowed):
        approve_certification(item=item, at=MONDAY, acting_user=officer)
    a_delegation(officer)
    assert approve_certification(item=item, at=MONDAY, acting_user=officer).signer == officer


def test_a_deed_is_written_down_by_the_manager_and_ended_with_a_reason() -> None:
    held = enter_delegation(**deed())
    assert may_certify(held.person, held.centre, COPIES, DAY)
    end = end_delegation(delegation=held, reason=" nghỉ  phép ", at=MONDAY, acting_user=person(Role.MANAGER))
    again = end_delegation(delegation=held, reason="khác", at=MONDAY, acting_user=person(Role.MANAGER))
    assert (end.reason, again) == ("nghỉ phép", end)
    assert not may_certify(held.person, held.centre, COPIES, DAY)
    assert SigningDelegation.objects.filter(pk=held.pk).exists(), "nothing is deleted"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"last_day": DAY - timedelta(days=1)}, "ends_before"),
        ({"first_day": DAY - timedelta(days=2), "deed_day": DAY - timedelta(days=2), "last_day": DAY - timedelta(days=1)}, "over_already"),
        ({"first_day": date(2025, 10, 31), "deed_day": date(2025, 10, 1)}, "before_the_decree"),
        ({"deed_day": DAY + timedelta(days=1)}, "before_its_deed"),
        ({"kinds": []}, "kinds_missing"),
        ({"kinds": ["SCT/XX"]}, "kinds_missing"),
    ],
)  # fmt: skip
def test_a_deed_that_cannot_be_is_refused(wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        enter_delegation(**deed(**wrong))
    assert refused.value.code == code
    assert not SigningDelegation.objects.exists()


def test_nobody_writes_down_their_own_deed_nor_one_of_a_stranger() -> None:
    with pytest.raises(BadInput) as own:
        enter_delegation(**deed(person=person(Role.MANAGER)))
    assert own.value.code == "delegation_of_oneself"
    stranger = a_member(Role.SPECIALIST, a_centre("chi-nhanh-4", "H26.30.4"))
    with pytest.raises(BadInput) as elsewhere:
        enter_delegation(**deed(person=stranger))
    assert elsewhere.value.code == "not_here"
    for role in (Role.LEADER, Role.SPECIALIST, Role.COUNTER_OFFICER):
        with pytest.raises(NotAllowed):
            enter_delegation(**deed(acting_user=person(role), person=a_member(Role.SPECIALIST)))


@pytest.mark.parametrize(
    "impossible",
    [
        {"last_day": date(2026, 10, 31)},
        {"first_day": date(2025, 10, 31), "deed_day": date(2025, 10, 31)},
        {"deed_day": date(2026, 11, 2)},
    ],
)
def test_the_database_holds_no_deed_that_cannot_be(impossible: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        a_delegation(**impossible)


def test_the_database_holds_no_deed_that_somebody_entered_for_themselves() -> None:
    officer = person(Role.COUNTER_OFFICER)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_delegation(officer, entered_by=officer)


def test_the_paper_bears_the_leaders_own_title_and_a_deed_with_its_number_and_day() -> None:
    centre, leader = a_centre(), person(Role.LEADER)
    assert title_on_paper(leader, centre, COPIES, DAY) == SIGNER_TITLE
    Membership.objects.filter(user=leader).update(title="Giám đốc Chi nhánh")
    assert title_on_paper(leader, centre, COPIES, DAY) == "Giám đốc Chi nhánh"
    held = a_delegation()
    title = "Thừa ủy quyền Chủ tịch Ủy ban nhân dân phường (theo văn bản số 12/QĐ-UBND ngày 30/10/2026)"
    assert title_on_paper(held.person, centre, COPIES, DAY) == title


def test_the_title_is_settled_with_the_number() -> None:
    item = a_submitted_item()
    leader = signer_for(item)
    Membership.objects.filter(user=leader).update(title="Giám đốc Chi nhánh")
    approve_certification(item=item, at=MONDAY, acting_user=leader)
    Membership.objects.filter(user=leader).update(title="Nguyên Giám đốc")
    item.refresh_from_db()
    assert copy_text(item).signer_title == "Giám đốc Chi nhánh"


# -- keys ------------------------------------------------------------------------------------------------------------


def enter(authority: Authority, owner: User, name: str = "nguoi-ky", **other: Any) -> SigningKey:
    authority.issue(name, common_name=str(owner), **other)
    return enter_key(
        person=owner, url=authority.key_url(name), secret=SECRET, at=clock.now(), acting_user=a_member(Role.CITY_ADMIN)
    )


def test_a_key_is_opened_once_and_kept_without_its_password(signing: Authority) -> None:
    leader = person(Role.LEADER)
    key = enter(signing, leader)
    assert key.subject.startswith(str(leader)) and len(key.fingerprint) == 64 and key.valid_to > clock.now()
    kept = " ".join(str(value) for value in SigningKey.objects.values().get().values())
    assert signing.environment()["SIGNING_SIGNER_PASSWORD"] not in kept
    assert signing_key_of(leader, clock.now()).url == key.url


def test_the_worker_signs_with_the_key_of_the_lines_signer(signing: Authority) -> None:
    item = an_approved_item()
    leader = signer_for(item)
    enter(signing, leader)
    made = make_certified_copy(item_id=item.pk, now=clock.now)
    assert made is not None and made.state == JobState.FILED and made.output is not None
    first, second = examine(io.BytesIO(files.read(made.output.sha256)), roots(), clock.now())
    assert first.name == str(leader) and second.name != str(leader)


def test_without_a_key_of_their_own_nothing_is_approved_unless_the_shared_one_is_allowed(
    signing: Authority, settings: LazySettings
) -> None:
    item = a_submitted_item()
    settings.SIGNING_SHARED_KEY = False
    with pytest.raises(RuleBroken) as refused:
        approve_certification(item=item, at=MONDAY, acting_user=signer_for(item))
    assert refused.value.code == "no_key"
    assert not RegisterEntry.objects.exists()
    settings.SIGNING_SHARED_KEY = True
    approve_certification(item=item, at=MONDAY, acting_user=signer_for(item))


def test_where_copies_are_signed_by_hand_nobody_needs_a_key(settings: LazySettings) -> None:
    settings.SIGNING_SHARED_KEY = False
    assert an_approved_item().entry is not None


@pytest.mark.parametrize(
    "over", [{"valid_to": MONDAY - timedelta(minutes=1)}, {"valid_from": MONDAY + timedelta(minutes=1)}]
)
def test_a_key_whose_certificate_does_not_hold_signs_nothing(
    signing: Authority, settings: LazySettings, over: dict[str, datetime]
) -> None:
    settings.SIGNING_SHARED_KEY = False
    item = a_submitted_item()
    a_key(signer_for(item), **over)
    with pytest.raises(RuleBroken):
        approve_certification(item=item, at=MONDAY, acting_user=signer_for(item))


def test_a_key_that_is_ended_before_the_file_is_made_leaves_the_number_and_waits_for_a_new_one(
    signing: Authority, settings: LazySettings
) -> None:
    settings.SIGNING_SHARED_KEY = False
    now = clock.now()
    leader = person(Role.LEADER)
    key = enter(signing, leader, "cu")
    item = a_submitted_item(at=now)
    approve_certification(item=item, at=now, acting_user=leader)
    end_key(key=key, reason="mất thẻ", at=now, acting_user=a_member(Role.CITY_ADMIN))
    waiting = make_certified_copy(item_id=item.pk, now=clock.now)
    assert waiting is not None and waiting.state == JobState.APPROVED and "key" in waiting.last_error
    enter(signing, leader, "moi")
    made = make_certified_copy(item_id=item.pk, now=lambda: clock.now() + timedelta(minutes=1))
    assert made is not None and made.state == JobState.FILED


@pytest.fixture
def left(signing: Authority, settings: LazySettings) -> CertificationItem:
    """A document whose number is taken and whose approver's key was ended before it was signed."""
    settings.SIGNING_SHARED_KEY = False
    now, leader = clock.now(), person(Role.LEADER)
    key = enter(signing, leader, "cu")
    item = a_submitted_item(at=now)
    approve_certification(item=item, at=now, acting_user=leader)
    end_key(key=key, reason="mất thẻ", at=now, acting_user=a_member(Role.CITY_ADMIN))
    make_certified_copy(item_id=item.pk, now=clock.now)
    return CertificationItem.objects.select_related("entry__signer").get(pk=item.pk)


def later() -> datetime:
    return clock.now() + timedelta(minutes=1)


def test_what_an_approver_without_a_key_left_is_taken_over_by_another_signer(
    signing: Authority, as_: Any, left: CertificationItem
) -> None:
    assert left.entry is not None
    other = a_member(Role.LEADER, full_name="Trần Thị Ký Thay")
    enter(signing, other, "khac")
    client, address = as_(other), reverse("applications:signing_take_over", args=[left.entry.pk])
    queue = client.get("/signing/").content.decode()
    assert address in queue and str(left.entry.signer) in queue
    a_factor(other, clock.now())
    assert client.post(address, {"reason": "đã nghỉ việc"}).status_code == 400, "it asks for the code"
    open_signing_of(client, other, clock.now())
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": " "}).status_code == 400
    assert client.post(address, {"reason": "đã nghỉ việc"}).status_code == 302
    made = make_certified_copy(item_id=left.pk, now=later)
    assert made is not None and made.state == JobState.FILED and made.output is not None and made.entry is not None
    assert made.entry == left.entry and made.entry.signer == left.entry.signer, "the line stays as it was written"
    assert (copy_text(made).signer, made.signer_title) == (str(other), copy_text(made).signer_title)
    first, _unit = examine(io.BytesIO(files.read(made.output.sha256)), roots(), clock.now())
    assert first.name == str(other)
    event = made.certification.application.events.get(kind=EventKind.SIGNER_CHANGED)
    assert str(left.entry.signer) in told(event).sentence and "nghỉ việc" in told(event).quote
    assert made.certification.application.result.signed_by == other


def test_only_a_signer_with_a_key_takes_over_and_only_what_is_left(signing: Authority, left: CertificationItem) -> None:
    entry = left.entry
    assert entry is not None
    with pytest.raises(NotAllowed):
        take_over_signing(
            entry=entry, reason="vì", at=clock.now(), acting_user=member_of(Role.COUNTER_OFFICER, a_centre())
        )
    other = a_member(Role.LEADER)
    with pytest.raises(RuleBroken) as refused:
        take_over_signing(entry=entry, reason="vì", at=clock.now(), acting_user=other)
    assert refused.value.code == "no_key"
    enter(signing, other, "khac")
    enter(signing, entry.signer, "moi")
    with pytest.raises(RuleBroken) as refused:
        take_over_signing(entry=entry, reason="vì", at=clock.now(), acting_user=other)
    assert refused.value.code == "not_left"


def test_a_worker_that_was_at_it_signs_nothing_once_another_took_it_over_or_its_line_was_struck(
    signing: Authority, left: CertificationItem
) -> None:
    other = a_member(Role.LEADER)
    enter(signing, other, "khac")
    job._claim(left.pk, later())
    slow = job._rows().get(pk=left.pk)
    CertificationItem.objects.filter(pk=left.pk).update(state=JobState.APPROVED, not_before=None)
    assert left.entry is not None
    take_over_signing(entry=left.entry, reason="vì", at=clock.now(), acting_user=other)
    with pytest.raises(job.NotWanted):
        job._check_wanted(slow)
    strike_entry(entry=left.entry, reason="nhầm", at=clock.now(), acting_user=other)
    with pytest.raises(job.NotWanted):
        job._check_wanted(job._rows().get(pk=left.pk))
    assert CertificationItem.objects.get(pk=left.pk).state == JobState.FAILED


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "pkcs11:///tmp/any.so?token=a&key=b", "https://x/y", "file://host/x"]
)
def test_only_places_that_the_settings_name_are_read(signing: Authority, url: str) -> None:
    with pytest.raises(BadInput) as refused:
        enter_key(person=person(Role.LEADER), url=url, secret=SECRET, at=MONDAY, acting_user=a_member(Role.CITY_ADMIN))
    assert refused.value.code == "key_elsewhere"


@pytest.mark.parametrize("secret", ["../address", "nowhere", "a/b"])
def test_only_a_file_of_the_folder_is_read_as_a_password(signing: Authority, secret: str) -> None:
    signing.issue("khoa")
    with pytest.raises(BadInput):
        enter_key(
            person=person(Role.LEADER), url=signing.key_url("khoa"), secret=secret, at=MONDAY,
            acting_user=a_member(Role.CITY_ADMIN),
        )  # fmt: skip
    assert not SigningKey.objects.exists()


def test_a_key_belongs_to_one_person_and_only_the_city_enters_it(signing: Authority) -> None:
    enter(signing, person(Role.LEADER), "khoa")
    given = {"url": signing.key_url("khoa"), "secret": SECRET, "at": clock.now()}
    with pytest.raises(BadInput) as refused:
        enter_key(person=person(Role.MANAGER), acting_user=a_member(Role.CITY_ADMIN), **given)  # type: ignore[arg-type]
    assert refused.value.code == "key_of_another"
    with pytest.raises(NotAllowed):
        enter_key(person=person(Role.LEADER), acting_user=person(Role.MANAGER), **given)  # type: ignore[arg-type]


def test_a_key_that_ends_soon_is_spoken_of_from_the_day_of_the_citys_rules_on() -> None:
    leader = person(Role.LEADER)
    key = a_key(leader, valid_to=MONDAY + timedelta(days=20))
    assert keys_that_end([leader.pk], MONDAY) == [key]
    SigningRules.objects.create(valid_from=DAY, source="QĐ thử", key_notice_days=10)
    assert keys_that_end([leader.pk], MONDAY) == []
    assert keys_that_end([leader.pk], MONDAY + timedelta(days=11)) == [key]
    a_key(leader, fingerprint="cd" * 32)
    assert keys_that_end([leader.pk], MONDAY + timedelta(days=11)) == [], "it has a successor"


def test_the_check_opens_each_signers_key(signing: Authority, settings: LazySettings) -> None:
    def ids() -> list[str]:
        return [problem.id for problem in signers_have_keys(None, ["default"])]

    key = enter(signing, person(Role.LEADER), "kiem-tra")
    assert ids() == []
    assert signers_have_keys(None, None) == [], "without a database nothing is read"
    signing.issue("kiem-tra")
    assert ids() == ["applications.E006"]
    settings.PORTAL_ENV = "production"
    assert ids() == ["applications.E003"]
    (signing.folder / "kiem-tra.p12").unlink()
    assert ids() == ["applications.E002"]
    end_key(key=key, reason="hỏng", at=clock.now(), acting_user=a_member(Role.CITY_ADMIN))
    assert ids() == []
