"""The inventory as a file, out and in."""

from __future__ import annotations

import csv
import io

import pytest
from django.utils import translation

from centres.models import Centre
from portal.errors import BadInput
from support.actions.move_equipment import keep_as_spare, send_to_repair
from support.enums_equipment import EquipmentState
from support.equipment_file import COLUMNS, read, written
from support.models import Equipment, EquipmentEvent
from tests.factories.centres import MORNING, CentreFactory, CounterFactory
from tests.factories.equipment import a_keeper, a_thing

pytestmark = pytest.mark.django_db
TITLES = "centre,kind,name,serial,state,counter,place,holder,warranty_until"


def take(text: str, supporter, encoding: str = "utf-8-sig"):
    return read(text.encode(encoding), Centre.objects.filter(memberships__user=supporter), MORNING, supporter)


def test_what_goes_out_comes_in_again_and_changes_nothing(centre, supporter, officer):
    CounterFactory(centre=centre, number=2)
    a_thing(centre, centre.counters.get(), name="=Máy in; “A”", maker="-Hãng", serial="7", model="a,b")
    a_thing(centre, name="Máy dự phòng")
    repaired = a_thing(centre, place="Sảnh", name="Máy hỏng")
    send_to_repair(equipment=repaired, text="Hãng", at=MORNING, acting_user=supporter)
    rows = Equipment.objects.select_related("centre", "counter", "holder").order_by("pk")
    for language in ("vi", "en"):
        with translation.override(language):
            text = "".join(written(rows))
        assert "'=Máy" in text and "'-Hãng" in text, "no table program reckons with it"
        events = EquipmentEvent.objects.count()
        found = take(text.removeprefix("\ufeff"), supporter)
        assert (found.wrong, found.same, found.changed, found.added) == ([], 3, 0, 0)
        assert EquipmentEvent.objects.count() == events
    assert len(next(csv.reader(io.StringIO(text)))) == len(COLUMNS)


def test_new_lines_are_added_where_they_say(centre, supporter, officer):
    counter = CounterFactory(centre=centre, number=5)
    text = f"""{TITLES}
{centre.code},Máy in,Máy in quầy 5,S1,,5,,{officer.username},31/12/2027
{centre.code},printer,Máy in kho,S2,dự phòng,,Kho,,2027-06-01

{centre.code},tablet,Máy tính bảng,,,,,,
"""
    found = take(text, supporter)
    assert (found.wrong, found.added) == ([], 3)
    first, second, third = Equipment.objects.order_by("pk")
    assert (first.state, first.counter, first.holder) == (EquipmentState.IN_USE, counter, officer)
    assert (second.state, second.place, str(second.warranty_until)) == (EquipmentState.SPARE, "Kho", "2027-06-01")
    assert third.state == EquipmentState.SPARE


def test_every_wrong_line_is_named_and_nothing_is_kept(centre, supporter):
    other, row = CentreFactory(), a_thing(centre, serial="S1")
    elsewhere = a_thing(other)
    text = f"""tag,{TITLES}
,{centre.code},Máy in,Tốt,S9,,,,,
,{other.code},Máy in,Không phải của tôi,,,,,,
,{centre.code},con tàu,Lạ,,,,,,
,{centre.code},Máy in,,,,,,,
,{centre.code},Máy in,Trùng,S1,,,,,
,{centre.code},Máy in,Quầy lạ,,,99,,,
,{centre.code},Máy in,Người lạ,,,,,ai-do,
,{centre.code},Máy in,Ngày lạ,,,,,,31/02/2027
,{centre.code},Máy in,Ở đâu,,đang dùng,,,,
,{centre.code},Máy in,Mất,,mất,,,,
{elsewhere.tag},{centre.code},Máy in,Mã lạ,,,,,,
{row.tag},{centre.code},Máy in,Đổi trạng thái,S1,hủy,,,,
,{centre.code},Máy in,Trạng thái lạ,,bay,,,,
"""
    found = take(text, supporter)
    assert [one.line for one in found.wrong] == list(range(3, 15))
    assert all(one.said for one in found.wrong)
    assert set(Equipment.objects.all()) == {row, elsewhere}


def test_a_file_with_semicolons_and_few_columns_leaves_the_rest_alone(centre, supporter):
    row = a_thing(centre, maker="Hãng Thử", serial="S1", place="Sảnh")
    found = take(f"tag;centre;kind;name;place\n{row.tag};{centre.code};printer;Tên mới;\n", supporter)
    row.refresh_from_db()
    assert (found.changed, row.name, row.maker, row.serial, row.place) == (1, "Tên mới", "Hãng Thử", "S1", "Sảnh")


def test_another_place_moves_a_thing_that_is_in_use_or_spare(centre, supporter):
    used, spare, lost = a_thing(centre, place="Sảnh"), a_thing(centre), a_thing(centre, place="Kho")
    keep_as_spare(equipment=spare, place="Kho 1", at=MORNING, acting_user=a_keeper())
    lines = "".join(f"{row.tag},{centre.code},printer,Máy in,Kho 9\n" for row in (used, spare))
    assert take(f"tag,centre,kind,name,place\n{lines}", supporter).changed == 2
    used.refresh_from_db()
    spare.refresh_from_db()
    assert (used.state, used.place, spare.state, spare.place) == ("in_use", "Kho 9", "spare", "Kho 9")
    send_to_repair(equipment=lost, text="x", at=MORNING, acting_user=supporter)
    assert take(f"tag,centre,kind,name,place\n{lost.tag},{centre.code},printer,Máy in,Kho 9\n", supporter).wrong


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe\x00", "no_csv"),
        (b'a,"b\nc', "no_csv"),
        (b"", "no_titles"),
        (b"centre,name\n", "no_titles"),
        (b"x" * 1_000_001, "too_large"),
        (b"centre,kind,name\n" + b"a,b,c\n" * 1001, "too_many_lines"),
    ],
)
def test_what_is_no_such_file_is_refused_with_a_sentence(centre, supporter, content, code):
    with pytest.raises(BadInput) as refused:
        read(content, [centre], MORNING, supporter)
    assert refused.value.code == code
