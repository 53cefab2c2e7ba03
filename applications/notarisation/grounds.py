"""The rules that forbid certifying something, each with its article (Decree 23/2015/NĐ-CP art. 22, 25)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from applications.notarisation.enums import RegisterKind

_SINCE = date(2015, 4, 10)


@dataclass(frozen=True)
class Ground:
    """One rule: ``sentence`` says why it is refused, in the reader's language."""

    key: str
    sentence: Any
    article: str


_COPIES = (
    Ground("altered", _("The original is altered, damaged or cannot be read."), "NĐ 23/2015, Điều 22.1, 22.2"),
    Ground("secret", _("The original is secret, or says that it must not be copied."), "NĐ 23/2015, Điều 22.3"),
    Ground(
        "unlawful", _("Its content is against the law, defames somebody or distorts history."), "NĐ 23/2015, Điều 22.4"
    ),
    Ground("foreign", _("It is foreign and was not legalised by a consulate."), "NĐ 23/2015, Điều 22.5"),
    Ground("private", _("It is a private paper that no agency has confirmed."), "NĐ 23/2015, Điều 22.6"),
)


def grounds_for(kind: str, day: date) -> list[Ground]:
    """What forbids an entry in this kind of register on this day, in the order in which it is asked."""
    return list(_COPIES) if kind in RegisterKind.values and day >= _SINCE else []


def ground_named(key: str) -> Ground | None:
    """The rule that a refusal names."""
    return next((ground for ground in _COPIES if ground.key == key), None)
