"""What a citizen types into the public catalogue.

Words looked for and the case come by GET, an old address by POST: it may say where somebody lives. Of a search that holds a
person's number nothing is kept, and the proxy's log leaves out the query of all these pages.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.text import pick
from procedures.api.inputs import MOST_COPIES, MOST_PAGES
from procedures.conditions import facts_in
from procedures.enums import FeeBasis
from procedures.facts import AnsweredBy, Fact
from procedures.models import ProcedureVersion
from procedures.quote import facts_asked


class SearchForm(forms.Form):
    q = forms.CharField(
        label=_("What do you need?"),
        help_text=_("In your own words, with or without accents."),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )


class AddressForm(forms.Form):
    address = forms.CharField(
        label=_("Your address before 1/7/2025"),
        help_text=_("Ward or commune, and district. For example: Trung Phụng, Đống Đa. No house number is needed."),
        max_length=200,
        error_messages={"required": _("Please type the ward or commune and the district of your old address.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class CaseForm(forms.Form):
    """The reader's own case: the questions that change papers or fees, and how many pages and copies.

    ``facts`` and ``number`` answer for whatever was sent, right or not: a page with a wrong number shows the rest all the
    same, and the error beside its field.
    """

    def __init__(self, version: ProcedureVersion, data: Any = None) -> None:
        super().__init__(data)
        self.asked = questions(version)
        for fact in self.asked:
            self.fields[fact.key] = forms.BooleanField(label=pick(fact.question), required=False)
        bases = {rule.basis for rule in version.fee_rules.all()}
        if FeeBasis.PER_PAGE in bases:
            self.fields["pages"] = forms.IntegerField(
                label=_("Pages of the original"), required=False, min_value=1, max_value=MOST_PAGES
            )
        if bases & {FeeBasis.PER_PAGE, FeeBasis.PER_COPY}:
            self.fields["copies"] = forms.IntegerField(
                label=_("How many copies"), required=False, min_value=1, max_value=MOST_COPIES
            )
        self.is_valid()

    @property
    def facts(self) -> dict[str, bool]:
        given = getattr(self, "cleaned_data", {})
        return {fact.key: given.get(fact.key, False) for fact in self.asked}

    def number(self, name: str) -> int | None:
        value: int | None = getattr(self, "cleaned_data", {}).get(name)
        return value


def questions(version: ProcedureVersion) -> list[Fact]:
    """What the reader can answer: the citizen's facts, and those that decide a fee, whoever finds them out at the counter.

    That it is handed in online is not asked: this page is for whoever comes.
    """
    in_fees = {key for rule in version.fee_rules.all() for key in facts_in(rule.condition)} - {"online"}
    return [fact for fact in facts_asked(version) if fact.by == AnsweredBy.CITIZEN or fact.key in in_fees]
