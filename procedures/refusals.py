"""What keeps a draft from being published: a sentence for each, and where on its page it is put right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from portal.text import pick
from procedures.loading.checking import faults_of
from procedures.loading.national import UNSORTED
from procedures.loading.reading import ValuePath
from procedures.loading.writing import around, as_content, version_content
from procedures.models import FeeRule, Procedure, ProcedureVersion, Requirement
from procedures.untranslated import untranslated

# Where each part of a version's content stands on its page: a row of a list, or a field.
_ROWS = {"papers": "requirements", "fees": "fee_rules", "notices": "notices", "checks": "conditions"}
_FIELDS = {
    "number": "id_number",
    "effective_from": "id_effective_from",
    "effective_to": "id_effective_to",
    "legal_basis": "id_legal_basis",
    "confidence": "id_confidence",
    "limit": "id_limit_kind",
    "results": "id_result_0",
    "form": "form_fields-group",
}
_COLUMNS = {"limit": "time_limit", "form": "form_schema", "checks": "conditions"}
_PARTS = {
    "when": gettext_lazy("condition"),
    "source": gettext_lazy("article of law"),
    "article": gettext_lazy("article of law"),
    "key": gettext_lazy("key"),
    "name": gettext_lazy("name"),
    "steps": gettext_lazy("steps per page"),
    "amount": gettext_lazy("amount"),
    "cap_per_copy": gettext_lazy("most per copy"),
    "copies": gettext_lazy("copies"),
    "note": gettext_lazy("note"),
    "text": gettext_lazy("what is said"),
    "message": gettext_lazy("what is said then"),
    "confidence": gettext_lazy("confidence"),
    "label": gettext_lazy("question"),
    "choices": gettext_lazy("choices"),
    "help": gettext_lazy("help"),
    "title": gettext_lazy("heading"),
    "prefill": gettext_lazy("filled in from"),
    "days": gettext_lazy("how many days or hours"),
    "hours": gettext_lazy("how many days or hours"),
    "cutoff": gettext_lazy("later than this counts as the next working day"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """``anchor`` is the id of the field or row on the version's page; empty for what is put right at the procedure."""

    sentence: str
    anchor: str = ""

    def __str__(self) -> str:
        return self.sentence


def refusals(draft: ProcedureVersion) -> list[Refusal]:
    """Everything in the way, in the reader's language; nothing for a draft that is complete.

    ``draft`` comes from ``ProcedureVersion.objects.for_quote()``.
    """
    if gaps := list(_gaps(draft)):
        return gaps
    content = as_content(draft.procedure) | {"versions": [version_content(draft)]}
    found = [(*_place(path, content), reason.plain) for path, reason in faults_of(content, around())]
    return [Refusal(f"{place}: {reason}", anchor) for place, anchor, reason in dict.fromkeys(found)]


def not_translated(version: ProcedureVersion) -> list[str]:
    """Which texts of a version, of its procedure and its papers lack which languages; ``version`` as for ``refusals``."""
    content = as_content(version.procedure) | {"versions": [version_content(version)]}
    found = [(_place(path, content)[0], missing) for path, missing in untranslated(content)]
    kinds = [row.kind for row in version.requirements.all()]
    found += [(pick(kind.name), missing) for kind in kinds for _path, missing in untranslated(kind.name)]
    return [
        f"{place} ({', '.join(str(get_language_info(language)['name_translated']) for language in missing)})"
        for place, missing in dict.fromkeys(found)
    ]


def _gaps(draft: ProcedureVersion) -> Iterator[Refusal]:
    """What a person forgets; whatever else a file would be refused for is told as the loader finds it."""
    papers, fees = list(draft.requirements.all()), list(draft.fee_rules.all())
    if not papers:
        yield Refusal(_("Name at least one paper, if only the ID card that is shown."), "requirements-group")
    for number, paper in enumerate(papers):
        if not paper.source:
            yield Refusal(
                _("Write the article of law that asks for “%(paper)s”.") % {"paper": pick(paper.kind.name)},
                f"requirements-{number}",
            )
        if paper.kind.key == UNSORTED:
            yield Refusal(
                _("Choose what kind of paper this is: “%(paper)s”.") % {"paper": pick(paper.note)},
                f"requirements-{number}",
            )
    for key in dict.fromkeys(fee.key for fee in fees):
        spans = [(number, fee) for number, fee in enumerate(fees) if fee.key == key]
        if not any(fee.effective_from <= draft.effective_from for _number, fee in spans):
            number, fee = spans[0]
            yield Refusal(
                _("The fee “%(fee)s” begins only after the version's first day.") % {"fee": pick(fee.name)},
                f"fee_rules-{number}",
            )
        for number, fee in spans:
            if not fee.article:
                yield Refusal(
                    _("Write the article of law that asks for “%(paper)s”.") % {"paper": pick(fee.name)},
                    f"fee_rules-{number}",
                )
    if not draft.time_limit:
        yield Refusal(_("Write the time limit."), "id_limit_kind")
    if not draft.results:
        yield Refusal(_("Write what the citizen gets."), "id_result_0")
    if not draft.legal_basis:
        yield Refusal(_("Write the acts it is based on."), "id_legal_basis")
    if not (draft.procedure.handler and draft.procedure.receive_at):
        yield Refusal(_("Write at the procedure who decides and where it may be handed in."))


def _place(path: ValuePath, content: dict[str, Any]) -> tuple[str, str]:
    """Where a fault stands: in words, and the anchor on the page."""
    if path[:1] != ("versions",):
        return _name(Procedure, path[0] if path else ""), ""
    part, inside = str(path[2]) if len(path) > 2 else "", [*path[3:], "", "", ""]
    names = [str(_PARTS[step]) for step in inside if step in _PARTS]
    detail = f", {names[-1]}" if names else ""
    if part in _ROWS and isinstance(inside[0], int):
        model = {"papers": Requirement, "fees": FeeRule}.get(part)
        words = capfirst(model._meta.verbose_name) if model else _name(ProcedureVersion, _COLUMNS.get(part, part))
        return f"{words} {inside[0] + 1}{detail}", f"{_ROWS[part]}-{inside[0]}"
    if part == "form" and inside[1:2] == ["fields"] and isinstance(inside[2], int):
        groups = content["versions"][0]["form"]
        row = sum(len(group["fields"]) for group in groups[: int(inside[0])]) + inside[2]
        return f"{_('Question')} {row + 1}{detail}", f"form_fields-{row}"
    if part == "limit" and inside[0] == "alternatives" and isinstance(inside[1], int):
        return f"{capfirst(_('other limits'))} {inside[1] + 1}{detail}", f"alternatives-{inside[1]}"
    return f"{_name(ProcedureVersion, _COLUMNS.get(part, part))}{detail}", _FIELDS.get(part, "")


def _name(model: type[Model], column: Any) -> str:
    """What the administration calls a column; the row itself where it is none."""
    try:
        return capfirst(str(model._meta.get_field(str(column)).verbose_name))  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return capfirst(str(model._meta.verbose_name))
