"""A version's page in sections: each with a line that sums it up, open where something in it is to be put right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.row_fields import RowsWidget
from portal.text import pick
from procedures.forms_rules import limit_in_words
from procedures.forms_version import price_in_words
from procedures.models import ProcedureVersion
from procedures.refusals import Refusal

# Names in a line that sums up; more is read in the section itself.
MOST_NAMES = 3
BASICS, LIMIT, PAPERS, FEES, FORM, RULES = "basics", "limit", "requirements", "fee_rules", "form_fields", "rules"
TITLES = {
    BASICS: gettext_lazy("When and on what it is based"),
    LIMIT: gettext_lazy("Time limit and result"),
    PAPERS: gettext_lazy("Papers"),
    FEES: gettext_lazy("Fees"),
    FORM: gettext_lazy("Form"),
    RULES: gettext_lazy("Notices and checks"),
}
# Anchors of refusals that stand in a section of another name.
_STANDS_IN = {
    "id_limit": LIMIT,
    "id_result": LIMIT,
    "alternatives": LIMIT,
    "notices": RULES,
    "conditions": RULES,
    "requirements": PAPERS,
    "fee_rules": FEES,
    "form_fields": FORM,
}


@dataclass
class Section:
    key: str
    line: str
    fieldset: Any = None
    inline: Any = None
    is_open: bool = False
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def title(self) -> Any:
        return TITLES[self.key]

    @property
    def own(self) -> list[Refusal]:
        """What is missing in the section as a whole; what is in a row stands in it."""
        return [refusal for refusal in self.refusals if not self.inline or refusal.anchor.endswith("-group")]


def sections(
    version: ProcedureVersion | None, fieldsets: Any, inlines: Any, refusals: list[Refusal]
) -> Iterator[Section]:
    """In the order in which a version is written. ``fieldsets`` and ``inlines`` are those of the administration's page."""
    by_key: dict[str, dict[str, Any]] = {
        **{fieldset.classes.split()[-1].removeprefix("section-"): {"fieldset": fieldset} for fieldset in fieldsets},
        **{inline.formset.prefix: {"inline": inline} for inline in inlines},
    }
    for key in TITLES:
        if key not in by_key:
            continue
        here = [refusal for refusal in refusals if refusal.anchor and section_of(refusal) == key]
        part = by_key[key]
        _mark_rows(part, here)
        is_open = version is None or bool(here) or key == BASICS or _has_errors(part)
        yield Section(key, _line(key, version), is_open=is_open, refusals=here, **part)


def _mark_rows(part: dict[str, Any], refusals: list[Refusal]) -> None:
    """Each row with something missing is open, too, and says what."""
    anchors = {refusal.anchor for refusal in refusals}
    if inline := part.get("inline"):
        for form in inline.formset.forms:
            form.refusals = [refusal for refusal in refusals if refusal.anchor == form.prefix]
    else:
        for line in part["fieldset"]:
            for shown in line:
                bound = getattr(shown, "field", None)
                if isinstance(widget := getattr(getattr(bound, "field", None), "widget", None), RowsWidget):
                    widget.opened = anchors


def section_of(refusal: Refusal) -> str:
    return next((key for start, key in _STANDS_IN.items() if refusal.anchor.startswith(start)), BASICS)


def _has_errors(part: dict[str, Any]) -> bool:
    if inline := part.get("inline"):
        return bool(inline.formset.is_bound and (any(inline.formset.errors) or inline.formset.non_form_errors()))
    return any(line.errors() for line in part["fieldset"])


def _line(key: str, version: ProcedureVersion | None) -> str:
    if version is None:
        return ""
    return "; ".join(part for part in _PARTS[key](version) if part)


def _basics(version: ProcedureVersion) -> Iterator[str]:
    yield _("from %(day)s") % {"day": _on(version.effective_from)}
    if version.effective_to:
        yield _("until %(day)s") % {"day": _on(version.effective_to)}
    yield str(version.get_confidence_display())


def _on(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _limit(version: ProcedureVersion) -> Iterator[str]:
    if version.time_limit:
        yield limit_in_words(version.time_limit)
        if others := version.time_limit.get("alternatives"):
            yield ngettext("%(n)d other limit", "%(n)d other limits", len(others)) % {"n": len(others)}
    if version.results:
        yield pick(version.results[0]["name"])


def _papers(version: ProcedureVersion) -> Iterator[str]:
    names = [pick(row.kind.name) for row in version.requirements.select_related("kind")]
    yield ngettext("%(n)d paper", "%(n)d papers", len(names)) % {"n": len(names)}
    yield _some(names)


def _fees(version: ProcedureVersion) -> Iterator[str]:
    rules = list(version.fee_rules.all())
    yield ngettext("%(n)d fee", "%(n)d fees", len(rules)) % {"n": len(rules)} if rules else _("none")
    yield _some([f"{pick(rule.name)} ({price_in_words(rule)})" for rule in rules])


def _form(version: ProcedureVersion) -> Iterator[str]:
    schema = version.form_schema
    count = len(schema.get("properties", {}))
    yield ngettext("%(n)d question", "%(n)d questions", count) % {"n": count} if count else _("none")
    yield _some([pick(group["title"]) for group in schema.get("x-groups", ())])


def _rules(version: ProcedureVersion) -> Iterator[str]:
    notices, checks = len(version.notices), len(version.conditions)
    yield ngettext("%(n)d notice", "%(n)d notices", notices) % {"n": notices} if notices else ""
    yield ngettext("%(n)d check", "%(n)d checks", checks) % {"n": checks} if checks else ""
    if not (notices or checks):
        yield _("none")


def _some(names: list[str]) -> str:
    more = ["…"] if len(names) > MOST_NAMES else []
    return ", ".join([*names[:MOST_NAMES], *more])


_PARTS = {BASICS: _basics, LIMIT: _limit, PAPERS: _papers, FEES: _fees, FORM: _form, RULES: _rules}
