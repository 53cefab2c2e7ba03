"""Every fact that a condition may name: those that come with the portal, then those written as data.

The second are read from the process's memory of the catalogue (``catalogue_cache``), never held anywhere else.
"""

from __future__ import annotations

from procedures.catalogue_cache import written_facts
from procedures.facts import FACTS, AnsweredBy, Fact


def known_fact(key: str) -> Fact | None:
    return FACTS.get(key) or written_facts().get(key)


def known_facts() -> dict[str, Fact]:
    """All of them by key, those that come with the portal first."""
    return FACTS | {key: fact for key, fact in written_facts().items() if key not in FACTS}


def may_be_answered(key: str) -> bool:
    """Whether somebody may answer this question: it is one of ours, and the portal does not find the answer itself."""
    fact = known_fact(key)
    return fact is not None and fact.by != AnsweredBy.PORTAL
