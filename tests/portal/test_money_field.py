"""Sums of money in forms are read as the portal writes them, and never shortened in silence."""

import pytest
from django import forms
from django.utils import translation

from applications.forms_dossier import AskPaymentForm, LowerFeeForm
from applications.forms_till import CorrectCountForm, CountForm
from portal.money_field import MoneyField
from procedures.forms_version import FeeRuleForm, PageStepsField

MONEY = [
    (AskPaymentForm, "amount"),
    (LowerFeeForm, "lowered"),
    *((form, name) for form in (CountForm, CorrectCountForm) for name in ("change_money", "cash", "card", "transfer")),
    (FeeRuleForm, "amount"),
    (FeeRuleForm, "cap_per_copy"),
]


@pytest.mark.parametrize(("form", "name"), MONEY)
def test_every_sum_is_read_as_the_portal_writes_it(form, name):
    field = form.base_fields[name]
    assert (field.clean("15.000"), field.clean("15000"), field.clean("15.000 đ")) == (15_000,) * 3
    for typed in ("15.00", "1.5", "15,000", "15 đồng rưỡi"):
        with pytest.raises(forms.ValidationError) as refusal:
            field.clean(typed)
        assert refusal.value.code == "invalid"
    assert field.widget.input_type == "text"


def test_a_sum_is_shown_with_its_thousands_and_only_a_change_is_one():
    field = MoneyField(required=False)
    assert field.prepare_value(15_000) == "15.000" and field.prepare_value("1.5") == "1.5"
    assert not field.has_changed(15_000, "15.000 đ") and field.has_changed(15_000, "15.001")
    assert field.clean("") is None


def test_only_what_may_fall_below_nothing_is_read_with_a_sign():
    assert CountForm.base_fields["card"].clean("-15.000") == -15_000
    with pytest.raises(forms.ValidationError):
        LowerFeeForm.base_fields["lowered"].clean("-15.000")


def test_a_page_price_is_read_the_same_way():
    assert PageStepsField().clean("2 = 2.000\n* = 1000 đ") == [[2, 2000], [None, 1000]]
    with translation.override("en"), pytest.raises(forms.ValidationError):
        PageStepsField().clean("* = 2.00")
