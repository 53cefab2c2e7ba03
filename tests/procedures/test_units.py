from __future__ import annotations

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures.models import Unit
from procedures.unit_names import fold_name, split_unit_kind
from procedures.units import Resolution, near_misses, resolve_old_address, search_units

pytestmark = pytest.mark.django_db

VM_QTG, KIM_LIEN, DONG_DA = "Phường Văn Miếu - Quốc Tử Giám", "Phường Kim Liên", "Phường Đống Đa"


@pytest.mark.parametrize(
    ("address", "status", "candidates"),
    [
        # whole units, written in every way cards write them
        ("Số 12 ngõ 5, Trung Phụng, Đống Đa, Hà Nội", "one", [VM_QTG]),
        ("P. Trung Phụng, Q. Đống Đa, TP. Hà Nội", "one", [VM_QTG]),
        ("Phường Khâm Thiên, Quận Đống Đa, Thành phố Hà Nội", "one", [VM_QTG]),
        ("tho quan, dong da, ha noi", "one", [VM_QTG]),
        ("VĂN CHƯƠNG, ĐỐNG ĐA, HÀ NỘI", "one", [VM_QTG]),
        ("Thịnh Quang, Đống Đa, Hà Nội", "one", [DONG_DA]),
        ("Khương Thượng, Đống Đa, Hà Nội", "one", [KIM_LIEN]),
        ("Số 8, đường Láng, Láng Thượng, Đống Đa, Hà Nội", "one", ["Phường Láng"]),
        ("Thôn 3, Xã Thư Phú, Huyện Thường Tín, Hà Nội", "one", ["Xã Chương Dương"]),
        ("Khâm Thiên, Đống Đa", "one", [VM_QTG]),
        # split units are asked about, the suggestion first
        ("Quang Trung, Đống Đa, Hà Nội", "split", [DONG_DA, KIM_LIEN]),
        ("Láng Hạ, Đống Đa, Hà Nội", "split", ["Phường Láng", DONG_DA, "Phường Giảng Võ"]),
        ("Ngã Tư Sở, Đống Đa, Hà Nội", "split", [DONG_DA, KIM_LIEN]),
        # the same name in other districts
        ("Quang Trung, Sơn Tây, Hà Nội", "one", ["Phường Sơn Tây"]),
        ("Quang Trung, Hà Đông, Hà Nội", "split", ["Phường Hà Đông", "Phường Kiến Hưng"]),
        # a name that old and new units share
        ("Kim Liên, Đống Đa, Hà Nội", "one", [KIM_LIEN]),
        ("Kim Liên, Hà Nội", "current", [KIM_LIEN]),
        ("59 Hoàng Cầu, phường Đống Đa, Hà Nội", "current", [DONG_DA]),
        ("59 Hoàng Cầu, Đống Đa, Hà Nội", "current", [DONG_DA]),
        ("Phố Quang Trung, phường Hà Đông, Hà Nội", "current", ["Phường Hà Đông"]),
        ("Văn Miếu - Quốc Tử Giám, Hà Nội", "current", [VM_QTG]),
        # Hoà and Hòa; a name that begins like the word for ward
        ("Hòa Xá, Ứng Hòa, Hà Nội", "one", ["Xã Hoà Xá"]),
        ("Hoà Xá, Ứng Hoà, Hà Nội", "one", ["Xã Hoà Xá"]),
        ("phuong Phuong Mai, dong da, ha noi", "split", [KIM_LIEN, "Phường Bạch Mai"]),
        # the name not set off by a comma could be the street of a ward of today: ask
        ("Số 12 ngõ 5 Trung Phụng, Đống Đa, Hà Nội", "split", [VM_QTG, DONG_DA]),
        # not Hanoi, no unit, a district alone
        ("An Khánh, Ninh Kiều, Cần Thơ", "unknown", []),
        ("Kim Liên, Nam Đàn, Nghệ An", "unknown", []),
        ("Số 5, Quận Đống Đa, Hà Nội", "unknown", []),
        ("Hà Nội", "unknown", []),
        ("", "unknown", []),
        (", , ,", "unknown", []),
    ],
)
def test_address_is_resolved(units: None, address: str, status: str, candidates: list[str]) -> None:
    found = resolve_old_address(address)
    assert (found.status, [unit.name for unit in found.candidates]) == (status, candidates)
    assert (found.unit is None) == (status in ("split", "unknown"))


def test_former_unit_is_named_with_its_district(units: None) -> None:
    found = resolve_old_address("Số 12 ngõ 5, Trung Phụng, Đống Đa, Hà Nội")
    assert str(found.old) == "Phường Trung Phụng, Quận Đống Đa, Hà Nội"


def test_every_divided_unit_is_asked_about_and_no_other(units: None) -> None:
    former = Unit.objects.former().prefetch_related("became__new")
    for unit in former:
        found = resolve_old_address(f"{unit.name}, {unit.district}, Hà Nội")
        targets = {change.new for change in unit.became.all()}
        assert set(found.candidates) == targets, unit
        assert found.status == ("one" if len(targets) == 1 else "split"), unit
        suggested = [change.new for change in unit.became.all() if change.is_suggested]
        assert found.candidates[: len(suggested)] == suggested, unit


def test_every_unit_of_today_is_recognised(units: None) -> None:
    for unit in Unit.objects.current():
        found = resolve_old_address(f"Số 1, {unit.name}, Hà Nội")
        assert (found.status, found.candidates) == ("current", [unit])


def test_resolving_takes_a_constant_number_of_queries(units: None, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(3):
        resolve_old_address("Láng Hạ, Đống Đa, Hà Nội")


@given(st.text(max_size=120))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_breaks_the_reader(units: None, text: str) -> None:
    resolve_old_address(text)
    resolve_old_address(text + ", Đống Đa, Hà Nội")


@pytest.mark.parametrize(
    ("query", "first"),
    [("phương mai", "Phường Phương Mai"), ("Phường Đống Đa", DONG_DA), ("yen hoa", "Phường Yên Hoà")],
)
def test_search_finds_whole_syllables_without_diacritics(units: None, query: str, first: str) -> None:
    assert search_units(query)[0].name == first


def test_search_by_name_and_district_finds_that_one(units: None) -> None:
    assert [unit.district for unit in search_units("Quang Trung, quận Đống Đa")] == ["Quận Đống Đa"]


@pytest.mark.parametrize("query", ["", " , ", "tru", "%", "_"])
def test_search_without_a_whole_syllable_finds_nothing(units: None, query: str) -> None:
    assert search_units(query) == []


def test_loading_units_again_changes_no_row(units: None) -> None:
    before = list(Unit.objects.order_by("pk").values_list("pk", "name", "folded"))
    call_command("load_units", verbosity=0)
    assert list(Unit.objects.order_by("pk").values_list("pk", "name", "folded")) == before
    assert (Unit.objects.current().count(), Unit.objects.former().count()) == (126, 612)


def test_kind_is_split_off_only_as_a_whole_syllable() -> None:
    assert split_unit_kind("Phường Láng") == ("ward", "lang")
    assert split_unit_kind("TT. Yên Viên") == ("town", "yen vien")
    assert split_unit_kind("Xã") == (None, "xa")
    assert fold_name("Văn Miếu – Quốc Tử Giám") == "van mieu quoc tu giam"


@pytest.mark.parametrize(
    "text",
    [
        "Phường Phương Mai - Đống Đa",
        "Phuong Mai Dong Da, Ha Noi",
        "phường Phương Mai quận Đống Đa Hà Nội",
        "Phương Mai; Đống Đa; HN",
        "Phương Mai, Đống Đa, Hanoi, Vietnam",
        "Số 3 ngõ 5 Phương Mai Đống Đa, Hà Nội, Việt Nam",
    ],
)
@pytest.mark.django_db
@pytest.mark.usefixtures("units")
def test_a_former_ward_is_never_taken_for_the_ward_that_bears_its_districts_name(text: str) -> None:
    found = resolve_old_address(text)
    assert found.old is not None
    assert found.old.name.endswith("Phương Mai")
    assert "Đống Đa" not in [unit.name.removeprefix("Phường ") for unit in found.candidates if found.unit]


@pytest.mark.django_db
@pytest.mark.usefixtures("units")
def test_a_divided_ward_without_a_comma_is_asked_about() -> None:
    assert resolve_old_address("Láng Hạ - Đống Đa, Hà Nội").status == Resolution.SPLIT
    assert resolve_old_address("Phường Đống Đa, Hà Nội").status == Resolution.CURRENT


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Trung Phungg", "Phường Trung Phụng"),
        ("Khâm Thên", "Phường Khâm Thiên"),
        ("Đống Đaa", DONG_DA),
        ("Trung Phungg, Đống Đa", "Phường Trung Phụng"),
        ("12 ngõ 5 Trung Phungg, Đống Đaa, Hà Nội", "Phường Trung Phụng"),
        ("Trung Phụng, Đống Đaa", "Phường Trung Phụng"),
        ("Phường Khâm Thên quận Đống Đa", "Phường Khâm Thiên"),
        ("Láng Thượg, Đống Đa, Hà Nội", "Phường Láng Thượng"),
    ],
)
@pytest.mark.django_db
@pytest.mark.usefixtures("units")
def test_an_address_with_a_slip_names_no_unit_and_offers_the_one_that_is_meant(text: str, first: str) -> None:
    assert resolve_old_address(text).status == Resolution.UNKNOWN
    assert near_misses(text)[0].name == first


@pytest.mark.parametrize(
    "text", ["Trung Phungg, Đống Đa, Hà Nội", "phường Khâm Thên, Đống Đa, Hà Nội", "Khâm Thên - Đống Đa, HN"]
)
@pytest.mark.django_db
@pytest.mark.usefixtures("units")
def test_a_district_after_a_misspelt_ward_is_not_taken_for_the_ward_of_that_name(text: str) -> None:
    assert resolve_old_address(text).unit is None
    assert DONG_DA in [unit.name for unit in near_misses(text)], "it may be meant all the same"


@pytest.mark.parametrize("text", ["", "asdf", "Bến Nghé, Quận 1", "12", "Hà Nội", "số 5 đường Giải Phóng"])
@pytest.mark.django_db
@pytest.mark.usefixtures("units")
def test_what_is_like_no_unit_offers_none(text: str) -> None:
    assert near_misses(text) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("units")
def test_a_street_before_a_ward_of_today_is_still_no_ward() -> None:
    assert resolve_old_address("số 5 Tôn Đức Thắng, Đống Đa, Hà Nội").status == Resolution.CURRENT
