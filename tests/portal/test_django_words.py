"""What Django says by itself about a wrong field: a sentence of the portal's, in the reader's language."""

from __future__ import annotations

from typing import Any

import polib
import pytest
from django import forms
from django.core.validators import EmailValidator, MaxValueValidator, MinValueValidator, StepValueValidator
from django.utils import translation

from applications.forms import ContactForm, QuantityForm
from applications.forms_certify import CertifyForm
from applications.forms_dossier import ProposalForm
from centres.forms import HallAnnouncementForm
from portal.devtools.translations import catalogue
from tests.factories.centres import CentreFactory

# Those of which the portal's forms are made.
KINDS: tuple[type[forms.Field], ...] = (
    forms.CharField,
    forms.BooleanField,
    forms.ChoiceField,
    forms.DateField,
    forms.DateTimeField,
    forms.EmailField,
    forms.IntegerField,
    forms.ModelChoiceField,
    forms.MultipleChoiceField,
    forms.TimeField,
)


def _messages_of(kind: type[forms.Field]) -> list[Any]:
    return [text for base in kind.__mro__ for text in base.__dict__.get("default_error_messages", {}).values()]


def said(form: forms.Form, field: str) -> str:
    return " ".join(form.errors[field])


@pytest.mark.parametrize(
    ("language", "field", "typed", "sentence"),
    [
        ("vi", "pages", "1.5", "Xin nhập số nguyên, ví dụ 3."),
        ("vi", "pages", "-1", "Số này nhỏ quá. Ít nhất là 1."),
        ("vi", "copies", "", "Xin điền mục này."),
        ("ko", "pages", "1.5", "정수를 입력해 주십시오(예: 3)."),
        ("ko", "pages", "-1", "숫자가 너무 작습니다. 최소 1부터 입력할 수 있습니다."),
        ("ko", "copies", "", "이 항목을 입력해 주십시오."),
    ],
)
def test_a_number_counted_wrongly_at_the_desk(language: str, field: str, typed: str, sentence: str) -> None:
    right: dict[str, Any] = {"client_key": "khoa", "title": "Sổ hộ khẩu", "pages": "2", "copies": "1"}
    with translation.override(language):
        for form in (CertifyForm(right | {field: typed}), QuantityForm(right | {field: typed})):
            assert said(form, field) == sentence


@pytest.mark.parametrize(
    ("language", "most", "mail", "long"),
    [
        (
            "vi",
            "Số này lớn quá. Nhiều nhất là 500.",
            "Địa chỉ thư điện tử này chưa đúng. Xin nhập như ten@vidu.vn.",
            "Nội dung này dài quá: có 61 ký tự, nhiều nhất được 60.",
        ),
        (
            "ko",
            "숫자가 너무 큽니다. 최대 500까지 입력할 수 있습니다.",
            "이메일 주소가 올바르지 않습니다. name@example.com과 같이 입력해 주십시오.",
            "내용이 너무 깁니다. 현재 61자이며, 최대 60자까지 입력할 수 있습니다.",
        ),
    ],
)
def test_too_many_too_long_and_no_address(language: str, most: str, mail: str, long: str) -> None:
    with translation.override(language):
        assert said(QuantityForm({"pages": "9999", "copies": "1"}), "pages") == most
        assert said(ContactForm({"email": "anh@"}), "email") == mail
        assert said(ProposalForm({"number": "1" * 61}), "number") == long


@pytest.mark.parametrize("language", ["vi", "ko"])
@pytest.mark.parametrize("kind", [*KINDS, MaxValueValidator, MinValueValidator, StepValueValidator, EmailValidator])
def test_no_message_of_a_field_or_a_validator_is_left_to_django(language: str, kind: Any) -> None:
    ours = {entry.msgid for entry in polib.pofile(str(catalogue(language))) if entry.msgstr}
    with translation.override("en"):
        texts = [kind.message] if hasattr(kind, "message") else _messages_of(kind)
        messages = {str(text) for text in texts}
    assert messages - ours == set()


@pytest.mark.django_db
def test_when_and_how_often_the_boards_speak_is_asked_for_in_plain_words() -> None:
    typed = {"text": "Mời bác uống nước.", "until_at": "hôm nay", "every_minutes": "hai"}
    with translation.override("vi"):
        form = HallAnnouncementForm(typed, centre=CentreFactory())
        assert said(form, "until_at").startswith("Ngày giờ này chưa đúng. Xin nhập ngày/tháng/năm rồi đến giờ")
        assert said(form, "every_minutes") == "Xin nhập số nguyên, ví dụ 3."
