"""What a waiver or discount will change: each fee before and after, for somebody who is entitled to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from portal import clock
from portal.text import pick
from procedures.catalogue_cache import version_in_force
from procedures.conditions import Condition, facts_in, holds
from procedures.fees import fee_lines
from procedures.models import FeeRule, Incentive, Procedure

# A fee by the page is shown for an original of so many.
SAMPLE_PAGES = 2


@dataclass(frozen=True, slots=True)
class Effect:
    """One fee of a procedure, in đồng, without this incentive and with it. ``when``: the condition of the fee itself."""

    procedure: Procedure
    fee: str
    when: Condition
    is_by_page: bool
    before: int
    after: int


def effects(incentive: Incentive) -> Iterator[Effect]:
    """On its first day, or today where that has passed; the one it follows has ended by then."""
    day = max(incentive.effective_from, clock.today())
    for procedure in incentive.procedures.select_related("field"):
        version = version_in_force(procedure.pk, day)
        others = [one for one in procedure.granted if one.pk != incentive.pk]
        staying = [one for one in others if one.pk != incentive.follows_id]
        for rule in version.fee_rules.all() if version else ():
            facts = facts_for([incentive.condition, rule.condition])
            if facts is None or (incentive.fee_keys and rule.key not in incentive.fee_keys):
                continue
            before, after = (_price(rule, facts, day, granted) for granted in (others, [*staying, incentive]))
            if before is not None and after is not None:
                yield Effect(procedure, pick(rule.name), rule.condition, bool(rule.steps), before, after)


def _price(rule: FeeRule, facts: dict[str, bool], day: date, granted: list[Incentive]) -> int | None:
    lines = fee_lines([rule], facts, day, SAMPLE_PAGES, 1, granted)
    return lines[0].amount if lines else None


def facts_for(conditions: list[Any]) -> dict[str, bool] | None:
    """Answers under which all of these hold, with as few yes as may be; None where there are none."""
    keys = list(dict.fromkeys(key for condition in conditions for key in facts_in(condition)))
    ways = sorted(product((False, True), repeat=len(keys)), key=sum)
    answers = (dict(zip(keys, way, strict=True)) for way in ways)
    return next((facts for facts in answers if all(holds(one, facts) for one in conditions)), None)
