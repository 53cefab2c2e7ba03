"""Records of one person are found, looked at side by side and merged by those who may; histories get a line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications import tasks
from applications.actions.merge_people import merge_people, unmerge_people
from applications.enums import EventKind, PartyRole
from applications.history_words import told
from applications.models import Application, Event, Party
from applications.same_person import candidates, near_numbers, others_like
from centres.enums import Role
from centres.models import Centre
from citizens.models import Citizen, Look, Merge
from portal import chain
from portal.errors import NotAllowed, RuleBroken
from tests.applications.test_at_once import together
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_draft, a_member, member_of
from tests.factories.citizens import CitizenFactory

As = Callable[[Any], Client]
OLD, NEW = "001190000123", "001190000132"


def a_person(**more: Any) -> Citizen:
    """Somebody who lives where a receipt can say it."""
    return CitizenFactory(**{"address": "12 ngõ 5 phố Chùa Bộc, phường Kim Liên, Hà Nội", **more})


@pytest.fixture
def two(centre: Centre) -> tuple[Application, Application]:
    """Two dossiers of one woman, whose number was typed wrongly the second time."""
    first = a_dossier(citizen=a_person(identity_number=OLD))
    return first, a_dossier(citizen=a_person(identity_number=NEW))


def _merged(two: tuple[Application, Application], by: Any = None) -> Merge:
    first, second = two
    manager = by or member_of(Role.MANAGER, first.competent)
    return merge_people(
        merged=second.applicant, survivor=first.applicant, reason="Đã xem thẻ", at=MONDAY, acting_user=manager
    )


def _is_whole(dossier: Application) -> bool:
    return chain.verify(dossier.events.order_by("sequence")) is None


def test_one_slip_of_the_fingers() -> None:
    assert NEW in near_numbers(OLD)
    assert OLD[:-1] + "9" in near_numbers(OLD)
    assert OLD not in near_numbers(OLD)
    assert near_numbers("") == set()


@pytest.mark.django_db
def test_candidates_say_why(centre: Centre) -> None:
    a_dossier(citizen=a_person(identity_number=OLD))
    wrong = a_dossier(citizen=a_person(identity_number=NEW, full_name="Nguyễn Thị Anh", phone="")).applicant
    bare = a_draft(citizen=a_person(identity_number=None, birth_text="", birth_date=None), complete=False).applicant
    a_dossier(citizen=a_person(full_name="Trần Văn Bình"))
    found = candidates({centre.pk}, MONDAY)
    reasons = {frozenset((pair.one.pk, pair.other.pk)): len(pair.why) for pair in found}
    old = Citizen.objects.get(identity_number=OLD)
    assert reasons == {frozenset((old.pk, wrong.pk)): 2, frozenset((old.pk, bare.pk)): 2}
    assert candidates({centre.pk}, MONDAY + timedelta(days=90)) == []
    assert candidates({a_centre("chi-nhanh-4", "H26.30.4").pk}, MONDAY) == []


@pytest.mark.django_db
def test_dossiers_go_to_the_record_that_counts_and_their_histories_say_so(two: Any) -> None:
    first, second = two
    before = list(Event.objects.order_by("pk").values_list("pk", "hash"))
    done = _merged(two)
    moved = Application.objects.get(pk=second.pk)
    assert moved.applicant == first.applicant
    assert [event.kind for event in moved.events.order_by("sequence")][-1] == EventKind.PERSON_MERGED
    assert not first.events.filter(kind=EventKind.PERSON_MERGED).exists()
    assert list(Event.objects.order_by("pk").values_list("pk", "hash"))[: len(before)] == before
    assert "Đã xem thẻ" in told(moved.events.last()).quote
    unmerge_people(done=done, reason="Nhầm", at=MONDAY, acting_user=member_of(Role.MANAGER, first.competent))
    moved.refresh_from_db()
    assert moved.applicant == second.applicant
    assert moved.events.order_by("sequence").last().kind == EventKind.PERSON_PARTED
    assert _is_whole(moved)


@pytest.mark.django_db
def test_parties_and_drafts_move_with_their_person(two: Any) -> None:
    first, second = two
    party = Party.objects.create(application=first, citizen=second.applicant, role=PartyRole.SUBMITTER)
    draft = a_draft(citizen=second.applicant)
    _merged(two)
    party.refresh_from_db(), draft.refresh_from_db(), draft.matter.ticket.refresh_from_db()
    assert party.citizen == draft.applicant == draft.matter.ticket.citizen == first.applicant
    assert first.events.filter(kind=EventKind.PERSON_MERGED).exists()
    assert _is_whole(draft)


@pytest.mark.django_db
def test_a_manager_merges_whom_the_centre_served_and_the_city_everybody(two: Any) -> None:
    first, _second = two
    for role in (Role.COUNTER_OFFICER, Role.SPECIALIST, Role.LEADER):
        with pytest.raises(NotAllowed):
            _merged(two, member_of(role, first.competent))
    stranger = a_member(Role.MANAGER, a_centre("chi-nhanh-4", "H26.30.4"))
    with pytest.raises(NotAllowed):
        _merged(two, stranger)
    done = _merged(two, a_member(Role.CITY_ADMIN))
    with pytest.raises(NotAllowed):
        unmerge_people(done=done, reason="x", at=MONDAY, acting_user=stranger)


@pytest.mark.django_db
def test_the_pages_compare_merge_and_take_back(two: Any, as_: As, at_hanoi: Any) -> None:
    first, second = two
    at_hanoi("2026-11-23 14:00")
    client = as_(Role.MANAGER)
    listed = client.get(reverse("applications:people_records"))
    pair = reverse("applications:same_person", args=[second.applicant.pk, first.applicant.pk])
    assert pair in listed.content.decode()
    assert OLD not in listed.content.decode()
    assert Look.objects.latest("pk").subjects == sorted([first.applicant.pk, second.applicant.pk])
    page = client.get(pair).content.decode()
    assert first.code in page and second.code in page
    assert "11, 12" in page
    assert OLD not in page and "+84912345678" not in page
    assert client.post(pair, {"survivor": first.applicant.pk, "reason": ""}).status_code == 400
    answer = client.post(pair, {"survivor": first.applicant.pk, "reason": "Đã xem thẻ"})
    done = Merge.objects.get()
    assert answer.headers["Location"] == reverse("applications:merged_record", args=[done.pk])
    again = client.post(pair, {"survivor": first.applicant.pk, "reason": "Đã xem thẻ"})
    assert again.status_code == 409
    assert second.code in client.get(answer.headers["Location"]).content.decode()
    back = client.post(answer.headers["Location"], {"reason": "Nhầm"})
    assert back.status_code == 302
    assert Application.objects.get(pk=second.pk).applicant == second.applicant


@pytest.mark.django_db
def test_somebody_is_looked_for_by_number_and_no_number_stands_in_an_address(two: Any, as_: As, at_hanoi: Any) -> None:
    first, second = two
    at_hanoi("2026-11-23 14:00")
    client, address = as_(Role.MANAGER), reverse("applications:people_records")
    both = client.post(address, {"number": OLD, "other": NEW})
    assert both.headers["Location"] == reverse(
        "applications:same_person", args=[first.applicant.pk, second.applicant.pk]
    )
    one = client.post(address, {"number": OLD})
    assert reverse("applications:same_person", args=[first.applicant.pk, second.applicant.pk]) in one.content.decode()
    assert client.post(address, {"number": "001190999999"}).status_code == 400
    assert client.post(address, {"number": "12"}).status_code == 400
    elsewhere = a_member(Role.MANAGER, a_centre("chi-nhanh-4", "H26.30.4"))
    stranger = as_(elsewhere)
    assert stranger.post(address, {"number": OLD}).status_code == 400
    pair = reverse("applications:same_person", args=[first.applicant.pk, second.applicant.pk])
    assert stranger.get(pair).status_code == 404
    _merged(two)
    assert client.post(address, {"number": OLD, "other": NEW}).status_code == 400


@pytest.mark.django_db
def test_records_that_were_merged_are_no_candidates_any_more(two: Any) -> None:
    first, _second = two
    _merged(two)
    assert others_like(Citizen.objects.get(pk=first.applicant.pk), None) == []
    assert candidates(None, MONDAY) == []


@pytest.mark.django_db
def test_what_came_to_the_merged_record_in_that_moment_is_taken_along(two: Any) -> None:
    first, second = two
    done = _merged(two)
    late = a_draft(citizen=second.applicant)
    tasks.follow_merged()
    late.refresh_from_db()
    assert late.applicant == first.applicant
    assert late.events.filter(kind=EventKind.PERSON_MERGED, actor=None).exists()
    unmerge_people(done=done, reason="Nhầm", at=MONDAY, acting_user=member_of(Role.MANAGER, first.competent))
    late.refresh_from_db()
    assert late.applicant == second.applicant
    assert _is_whole(late)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_managers_at_once_merge_once(centre: Centre) -> None:
    first = a_dossier(citizen=a_person(identity_number=OLD))
    second = a_dossier(citizen=a_person(identity_number=NEW))
    manager, city = member_of(Role.MANAGER, centre), a_member(Role.CITY_ADMIN)
    people = [(first.applicant, second.applicant, manager), (second.applicant, first.applicant, city)]

    def one(merged: Citizen, survivor: Citizen, by: Any) -> str:
        try:
            merge_people(merged=merged, survivor=survivor, reason="x", at=MONDAY, acting_user=by)
        except RuleBroken as refused:
            return str(refused.code)
        return "merged"

    answers = together(2, lambda number: one(*people[number]))
    assert sorted(answers) == ["merged", "merged_already"]
    assert Merge.objects.count() == 1
