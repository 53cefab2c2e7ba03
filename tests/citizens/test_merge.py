"""Two records of one person are made one, and apart again, row by row."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from citizens.actions.identify import find_by_number, identify
from citizens.actions.merge import TAKEN_OVER, merge, references, unmerge
from citizens.models import Citizen, HeldDocument, Look, Merge, MovedReference, User
from portal.errors import BadInput, RuleBroken
from tests.factories.applications import MONDAY
from tests.factories.citizens import CitizenFactory, UserFactory

KEPT = ["identity_number", "full_name", *TAKEN_OVER, "merged_into_id"]
EMPTY: dict[str, Any] = {"birth_text": "", "birth_date": None, "sex": "", "phone": ""}


def _merge(merged: Citizen, survivor: Citizen, by: User | None = None) -> Merge:
    return merge(merged=merged, survivor=survivor, reason="Cùng một người", at=MONDAY, acting_user=by or UserFactory())


def _undo(done: Merge) -> Merge:
    return unmerge(done=done, reason="Hai người", at=MONDAY, acting_user=done.by)


def _paper(citizen: Citizen, content: str = "a", kind: str = "birth_certificate") -> HeldDocument:
    return HeldDocument.objects.create(
        citizen=citizen, kind_key=kind, title="Giấy khai sinh", sha256=content * 64, media_type="application/pdf",
        source_code="H26.30.3-261123-0001", created_at=MONDAY,
    )  # fmt: skip


@pytest.mark.django_db
def test_every_table_that_names_a_person_is_moved_or_written_once() -> None:
    named = {(model._meta.label_lower, column) for model, column in references()}
    assert named == {
        ("applications.application", "applicant"), ("applications.party", "citizen"), ("centres.ticket", "citizen"),
        ("citizens.helddocument", "citizen"), ("citizens.citizenphone", "citizen"),
        ("citizens.citizensession", "citizen"), ("citizens.vneidaccount", "citizen"),
    }, "a new table that names a person moves with it: say so here"  # fmt: skip


@pytest.mark.django_db
def test_what_the_one_record_has_goes_to_the_other_and_each_row_is_noted() -> None:
    old, new = CitizenFactory(), CitizenFactory(**EMPTY)
    paper, look = _paper(old), Look.objects.create(user=UserFactory(), at=MONDAY, reason="x", citizen=old)
    done = _merge(old, new)
    paper.refresh_from_db(), look.refresh_from_db(), new.refresh_from_db(), old.refresh_from_db()
    assert (paper.citizen, look.citizen, old.current) == (new, old, new)
    assert (new.birth_text, new.phone) == ("01/02/1990", "+84912345678")
    assert list(MovedReference.objects.values_list("model", "column", "row_id")) == [
        ("citizens.helddocument", "citizen", paper.pk)
    ]
    _undo(done)
    paper.refresh_from_db(), new.refresh_from_db(), old.refresh_from_db()
    assert (paper.citizen, new.birth_text, new.birth_date, old.merged_into) == (old, "", None, None)


@pytest.mark.django_db
def test_what_the_survivor_has_of_its_own_stays_and_so_does_what_came_since() -> None:
    old, new = CitizenFactory(), CitizenFactory()
    twice, mine = _paper(old), _paper(new)
    done = _merge(old, new)
    later = _paper(new, "b")
    twice.refresh_from_db()
    assert twice.citizen == old
    _undo(done)
    assert set(HeldDocument.objects.filter(citizen=new)) == {mine, later}


@pytest.mark.django_db
def test_whoever_types_the_old_number_finds_the_record_that_counts() -> None:
    old, middle, new = CitizenFactory(), CitizenFactory(), CitizenFactory()
    _merge(old, middle)
    _merge(middle, new)
    assert find_by_number(old.identity_number) == new
    found = identify(number=old.identity_number, at=MONDAY, acting_user=UserFactory())
    assert (found.citizen, found.is_new, [one.code for one in found.warnings]) == (new, False, ["old_number"])
    assert find_by_number("001190999999") is None


@pytest.mark.django_db
def test_merging_is_taken_back_from_its_end() -> None:
    old, middle, new = CitizenFactory(), CitizenFactory(), CitizenFactory()
    first = _merge(old, middle)
    second = _merge(middle, new)
    with pytest.raises(RuleBroken) as refused:
        _undo(first)
    assert refused.value.code == "merged_on"
    _undo(second)
    _undo(first)
    with pytest.raises(RuleBroken) as refused:
        _undo(first)
    assert refused.value.code == "undone_already"


@pytest.mark.django_db
def test_what_makes_no_sense_is_refused() -> None:
    old, new = CitizenFactory(), CitizenFactory()
    with pytest.raises(BadInput):
        _merge(old, old)
    with pytest.raises(BadInput):
        merge(merged=old, survivor=new, reason=" ", at=MONDAY, acting_user=UserFactory())
    _merge(old, new)
    for pair in ((old, CitizenFactory()), (CitizenFactory(), old), (new, old)):
        with pytest.raises(RuleBroken) as refused:
            _merge(*pair)
        assert refused.value.code == "merged_already"
    for wrong in (
        Merge(survivor=new, merged=new, reason="x", at=MONDAY),
        Merge(survivor=new, merged=old, reason="", at=MONDAY),
    ):
        wrong.by = UserFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong.save()


class Property(TestCase):
    """Whatever the records have: merged and taken back, everything is as it was."""

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def test_merged_and_taken_back_is_as_it_was(self, data: st.DataObject) -> None:
        people = [
            CitizenFactory(**data.draw(st.sampled_from([{}, EMPTY, {"phone": ""}, {"sex": ""}]))) for _one in range(3)
        ]
        for content in data.draw(st.lists(st.sampled_from("abcd"), max_size=6)):
            HeldDocument.objects.get_or_create(
                citizen=data.draw(st.sampled_from(people)), kind_key="birth_certificate", sha256=content * 64,
                defaults={"title": "x", "media_type": "x", "source_code": "x", "created_at": MONDAY},
            )  # fmt: skip
        before = self._everything()
        done: list[Merge] = []
        for _turn in range(data.draw(st.integers(1, 2))):
            standing = [one for one in Citizen.objects.filter(pk__in=[p.pk for p in people]) if not one.merged_into_id]
            merged, survivor = data.draw(st.permutations(standing))[:2]
            done.append(_merge(merged, survivor))
        assert self._everything() != before
        for one in reversed(done):
            _undo(Merge.objects.get(pk=one.pk))
        assert self._everything() == before

    def _everything(self) -> Any:
        people = list(Citizen.objects.order_by("pk").values_list("pk", *KEPT))
        return people, list(HeldDocument.objects.order_by("pk").values_list("pk", "citizen"))
