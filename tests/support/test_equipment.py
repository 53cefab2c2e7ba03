"""The inventory: what becomes of a thing, who may say so, and what the database never takes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from centres.enums import Role
from portal.errors import BadInput, NotAllowed, RuleBroken
from support.actions import keep_equipment, move_equipment
from support.enums_equipment import EquipmentEventKind, EquipmentKind, EquipmentState
from support.models import Equipment, Incident
from tests.factories.centres import MORNING, CentreFactory, CounterFactory, DeviceFactory, MembershipFactory
from tests.factories.equipment import a_thing
from tests.factories.support import an_incident

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(supporter):
    return {"at": MORNING, "acting_user": supporter}


def test_a_thing_goes_its_way_and_each_step_is_written_down(centre, supporter, officer, by):
    row = keep_equipment.add_equipment(centre=centre, kind="printer", name=" Máy in  quầy 2", serial="vn 12 a", **by)
    assert (row.state, row.name, row.serial) == (EquipmentState.SPARE, "Máy in quầy 2", "VN12A")
    counter = CounterFactory(centre=centre, number=2)
    row = move_equipment.put_in_use(equipment=row, counter=counter, holder=officer, **by)
    row = move_equipment.send_to_repair(equipment=row, text="Hãng Thử sửa trục cuốn", **by)
    assert row.counter == counter, "its counter waits for it"
    row = move_equipment.keep_as_spare(equipment=row, place="Kho tầng 2", **by)
    row = move_equipment.lose(equipment=row, text="Kiểm kê không thấy", **by)
    row = move_equipment.keep_as_spare(equipment=row, place="Kho", **by)
    row = move_equipment.discard(equipment=row, text="Biên bản 12/BB", **by)
    kinds = [event.kind for event in row.events.all()]
    assert kinds == ["added", "in_use", "in_repair", "spare", "lost", "spare", "discarded"]
    last = row.events.latest("pk")
    assert (last.from_state, last.to_state, last.note, last.actor) == (
        "spare",
        "discarded",
        "Biên bản 12/BB",
        supporter,
    )
    with pytest.raises(RuleBroken):
        move_equipment.put_in_use(equipment=row, counter=counter, **by)


def test_moving_from_counter_to_counter_says_from_where_to_where(centre, by):
    two, three = (CounterFactory(centre=centre, number=number) for number in (2, 3))
    row = a_thing(centre, two)
    move_equipment.put_in_use(equipment=row, counter=three, **by)
    event = row.events.latest("pk")
    assert event.kind == EquipmentEventKind.IN_USE and event.note == f"{two} → {three}"


def test_what_is_written_anew_says_what_it_was(centre, by):
    row = a_thing(centre, name="Máy in cũ")
    said = {"kind": "printer", "name": "Máy in mới", "warranty_until": date(2027, 1, 31)}
    keep_equipment.change_equipment(equipment=row, **said, **by)
    keep_equipment.change_equipment(equipment=row, **said, **by)
    assert [event.note for event in row.events.filter(kind="changed")] == ["Máy in cũ → Máy in mới; – → 2027-01-31"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"kind": "boat"}, "bad_kind"),
        ({"name": " "}, "no_name"),
        ({"name": "x" * 81}, "too_long"),
        ({"bought_on": date(2026, 1, 2), "warranty_until": date(2026, 1, 1)}, "bad_warranty"),
        ({"maker": "Thử", "serial": "sn 1"}, "serial_taken"),
    ],
)
def test_what_cannot_be_is_refused(centre, by, said, code):
    a_thing(centre, maker="Thử", serial="SN1")
    with pytest.raises(BadInput) as refused:
        keep_equipment.add_equipment(centre=centre, **{"kind": "printer", "name": "Máy", **said}, **by)
    assert refused.value.code == code


def test_places_people_and_screens_of_other_centres_are_refused(centre, by):
    other = CentreFactory()
    row, kiosk = a_thing(centre), a_thing(centre, kind=EquipmentKind.KIOSK, name="Kiosk")
    refused = [
        lambda: move_equipment.put_in_use(equipment=row, **by),
        lambda: move_equipment.put_in_use(equipment=row, counter=CounterFactory(centre=other), **by),
        lambda: move_equipment.put_in_use(equipment=row, holder=MembershipFactory(centre=other).user, **by),
        lambda: keep_equipment.change_equipment(
            equipment=kiosk, kind="kiosk", name="Kiosk", device=DeviceFactory(centre=other), **by
        ),
        lambda: keep_equipment.change_equipment(
            equipment=row, kind="printer", name="Máy in", device=DeviceFactory(centre=centre), **by
        ),
    ]
    for attempt in refused:
        with pytest.raises(BadInput):
            attempt()


def test_only_support_of_the_centre_writes(centre, officer, manager, stranger):
    row = a_thing(centre)
    for user in (officer, manager, stranger):
        with pytest.raises(NotAllowed):
            move_equipment.lose(equipment=row, text="x", at=MORNING, acting_user=user)
        with pytest.raises(NotAllowed):
            keep_equipment.add_equipment(centre=centre, kind="printer", name="x", at=MORNING, acting_user=user)


def test_another_centre_gets_it_from_whoever_supports_both(centre, supporter, by):
    other, row = CentreFactory(), a_thing(centre, CounterFactory(centre=centre))
    with pytest.raises(NotAllowed):
        move_equipment.give_to_centre(equipment=row, centre=other, **by)
    MembershipFactory(centre=other, role=Role.SUPPORT, user=supporter)
    del supporter._roles
    row = move_equipment.give_to_centre(equipment=row, centre=other, **by)
    assert (row.centre, row.state, row.counter) == (other, EquipmentState.SPARE, None)
    assert row.events.latest("pk").kind == EquipmentEventKind.OTHER_CENTRE


def test_the_database_holds_what_a_state_implies(centre):
    counter, device = CounterFactory(centre=centre), DeviceFactory(centre=centre)
    row = a_thing(centre, serial="SN1")
    never = [
        {"counter": counter},  # a spare
        {"device": device},  # a printer
        {"name": ""},
        {"bought_on": MORNING.date(), "warranty_until": MORNING.date() - timedelta(days=1)},
    ]
    for change in never:
        with pytest.raises(IntegrityError), transaction.atomic():
            Equipment.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Equipment.objects.create(centre=centre, kind="printer", name="x", serial="SN1", since=MORNING)


def test_search_finds_words_without_diacritics_also_of_the_counter_and_the_holder(centre, officer, by):
    row = a_thing(centre, name="Máy quét thẻ", serial="AB-77")
    a_thing(centre, name="Máy in")
    move_equipment.put_in_use(
        equipment=row, counter=CounterFactory(centre=centre, number=4), place="Sảnh chờ", holder=officer, **by
    )
    for words in (
        "may quet",
        "ab-77",
        "77",
        row.tag[3:],
        "QUẦY 4",
        "sanh cho quet",
        row.tag.lower(),
        officer.full_name,
    ):
        assert list(Equipment.objects.like(words)) == [row], words
    a_thing(centre, name="Máy in quầy 2", serial="P4-400")
    assert not Equipment.objects.like("may in 40").exists()
    assert Equipment.objects.like("may in 400").count() == 1


def test_a_fault_is_one_incident_a_thing_and_shows_with_its_screen(centre, officer):
    device = DeviceFactory(centre=centre)
    kiosk = a_thing(centre, place="Sảnh", kind=EquipmentKind.KIOSK, name="Kiosk", device=device)
    printer = a_thing(centre, place="Sảnh")
    first = an_incident(centre, equipment=printer, what="Kẹt giấy")
    again = an_incident(centre, equipment=printer, what="Hết mực", acting_user=officer)
    assert first.pk == again.pk and again.count == 2
    silent = an_incident(centre, kind="kiosk", device=device, what="Kiosk im")
    assert list(Incident.objects.about(kiosk)) == [silent] and list(Incident.objects.about(printer)) == [first]
    assert {row.pk: row.is_broken for row in Equipment.objects.with_faults()} == {kiosk.pk: True, printer.pk: True}


def test_warranties_that_end_soon_are_listed_the_soonest_first(centre):
    day = MORNING.date()
    late, soon, ended, far = (
        a_thing(centre, name=str(days), warranty_until=day + timedelta(days=days)) for days in (60, 3, -1, 61)
    )
    assert list(Equipment.objects.warranty_ends(day, timedelta(days=60))) == [soon, late]
    assert {ended, far} <= set(Equipment.objects.all())
