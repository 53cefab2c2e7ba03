"""What is new in a version, in words: for the officer whose draft was begun under the one before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from portal.text import pick
from procedures.enums import CopyForm
from procedures.limits import OTHER_TERRITORY
from procedures.models import ProcedureVersion


def differences(before: ProcedureVersion, after: ProcedureVersion) -> list[str]:
    """One sentence for each paper, question, fee and limit that changed, in the reader's language; a question that is gone
    keeps what was typed, unseen."""
    return [
        *_papers(before, after),
        *_questions(before, after),
        *_fees(before, after),
        *_limit(before, after),
        *_parts(before, after),
    ]


def _papers(before: ProcedureVersion, after: ProcedureVersion) -> Iterator[str]:
    old, new = (_asked(version) for version in (before, after))
    for key in new.keys() - old.keys():
        yield _("New paper: %(name)s.") % {"name": new[key]}
    for key in old.keys() - new.keys():
        yield _("Not asked for any more: %(name)s.") % {"name": old[key]}


def _asked(version: ProcedureVersion) -> dict[tuple[str, str, str], str]:
    return {
        (
            row.kind.key,
            row.form_of_copy,
            str(row.condition),
        ): f"{pick(row.kind.name)} ({CopyForm(row.form_of_copy).label})"
        for row in version.requirements.all()
    }


def _questions(before: ProcedureVersion, after: ProcedureVersion) -> Iterator[str]:
    old, new = (version.form_schema.get("properties", {}) for version in (before, after))
    required = set(after.form_schema.get("required", ())) - set(before.form_schema.get("required", ()))
    for group in after.form_schema.get("x-groups", ()):
        for key in group["fields"]:
            label = pick(new[key]["x-label"])
            if key not in old:
                yield _("New question: %(name)s.") % {"name": label}
            elif _kind(old[key]) != _kind(new[key]):
                yield _("Please check the answer to: %(name)s.") % {"name": label}
            elif key in required:
                yield _("Has to be answered now: %(name)s.") % {"name": label}
    for key in old.keys() - new.keys():
        yield _("Not asked any more: %(name)s.") % {"name": pick(old[key]["x-label"])}


def _kind(rule: dict[str, Any]) -> tuple[Any, ...]:
    return rule["x-kind"], rule.get("enum"), rule.get("maxLength"), rule.get("minimum"), rule.get("maximum")


def _fees(before: ProcedureVersion, after: ProcedureVersion) -> Iterator[str]:
    old, new = (
        {
            rule.key: (rule.basis, rule.amount, rule.steps, rule.cap_per_copy, rule.condition)
            for rule in version.fee_rules.all()
        }
        for version in (before, after)
    )
    if old != new:
        yield _("The fees have changed.")


def _limit(before: ProcedureVersion, after: ProcedureVersion) -> Iterator[str]:
    def counted(limit: dict[str, Any]) -> Any:
        others = [counted(other) | {"when": other["when"]} for other in limit.get("alternatives", ())]
        return {name: limit.get(name) for name in ("kind", "days", "hours", "cutoff", OTHER_TERRITORY)} | {
            "others": others
        }

    if counted(before.time_limit) != counted(after.time_limit):
        yield _("The time limit has changed.")


def _parts(before: ProcedureVersion, after: ProcedureVersion) -> Iterator[str]:
    old, new = ({part["key"]: part for part in version.parts} for version in (before, after))
    for key in new.keys() - old.keys():
        yield _("New service in it: %(name)s.") % {"name": pick(new[key]["name"])}
    for key in old.keys() - new.keys():
        yield _("Not in it any more: %(name)s.") % {"name": pick(old[key]["name"])}
    told = ("limit", "after", "beyond", "when")
    if any(
        [old[key].get(name) for name in told] != [new[key].get(name) for name in told]
        for key in old.keys() & new.keys()
    ):
        yield _("The limits of the linked services have changed.")
