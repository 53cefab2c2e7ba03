"""Finding a procedure by what people say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.vn.text import fold
from procedures import catalogue_cache
from procedures.models import Procedure
from procedures.search import ProcedureIndex

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def answers(query: str) -> list[str]:
    return [found.procedure.key for found in catalogue_cache.procedure_index().search(query)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("làm giấy khai sinh cho cháu", "birth"),
        ("đăng ký kết hôn", "marriage"),
        ("giấy độc thân", "marital_status"),
        ("bố mẹ tôi mới mất", "death"),
        ("sao y bản chính", "certified_copy"),
        ("nhập hộ khẩu", "permanent_residence"),
        ("thuê trọ", "temporary_residence"),
        ("mở quán phở", "household_business"),
        ("phường đổi tên", "land_change_info"),
        ("giấy ủy quyền", "signature_cert"),
        ("khai sinh bị sai tên", "civil_correction"),
        ("lập di chúc", "will_cert"),
        ("lấy chồng nước ngoài", "marriage_with_foreigner"),
        ("register a marriage", "marriage"),
        ("사망신고", "death"),
    ],
)
def test_the_first_answer_is_what_was_meant(query: str, first: str) -> None:
    assert answers(query)[0] == first


@pytest.mark.parametrize("query", ["làm giấy khai sinh cho cháu", "giấy độc thân", "đổi sổ đỏ", "công chứng chữ ký"])
def test_accents_and_capitals_need_not_be_typed(query: str) -> None:
    assert answers(fold(query))[0] == answers(query)[0] == answers(query.upper())[0]


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("khai sih", "birth"), ("kháii sinh", "birth"), ("tamj tru", "temporary_residence"), ("kêt hom", "marriage")],
)
def test_a_slip_of_the_finger_is_forgiven(slip: str, meant: str) -> None:
    assert meant in answers(slip)[:3]


@pytest.mark.parametrize("query", ["", "   ", "?!", "xin chào", "asdf qwer", "🙂", "0912345678"])
def test_what_names_nothing_finds_nothing(query: str) -> None:
    assert answers(query) == []


def test_accents_decide_where_they_are_typed() -> None:
    """ "cháu ngoại" is a grandchild, "nước ngoài" is abroad."""
    assert answers("kết hôn nước ngoài")[0] == "marriage_with_foreigner"
    assert answers("khai sinh cho cháu ngoại")[0] == "birth"


def test_a_code_finds_its_procedure_and_nothing_else() -> None:
    assert answers("1.001193") == ["birth"]
    assert answers(" 3.000648 ") == ["land_change_info"]


def test_the_field_by_itself_lists_its_procedures() -> None:
    assert {"temporary_residence", "temporary_residence_longer", "temporary_residence_end"} <= set(answers("tạm trú"))


@given(st.text(max_size=80))
def test_any_text_is_answered_with_scores_that_fall(query: str) -> None:
    index = ProcedureIndex(_PROCEDURES)
    scores = [found.score for found in index.search(query)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


_PROCEDURES = [
    Procedure(code="1.001193", key="birth", short_name={"vi": "Khai sinh"}, name={"vi": "Đăng ký khai sinh"}),
    Procedure(code="1.000894", key="marriage", short_name={"vi": "Kết hôn"}, name={"vi": "Đăng ký kết hôn"}),
]
