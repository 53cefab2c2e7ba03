"""Who can do what with a dossier in which state, read from the code: a page of the documentation, and what tests try."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import translation

from applications.enums import (
    Delivery,
    DeliveryState,
    Method,
    PartState,
    PaymentKind,
    PaymentState,
    State,
    StepKind,
    SupplementStage,
)
from applications.enums_originals import Place
from applications.handling import VERBS, Verb
from applications.models import (
    Application,
    Consultation,
    Document,
    Extension,
    FeeLine,
    Original,
    Paper,
    Part,
    Payment,
    Result,
    ResultCorrection,
    Step,
    SupplementRequest,
    WithdrawalRequest,
)
from applications.permissions import may_receive
from centres.enums import Role
from portal import clock
from procedures.models import Requirement

ROLES = {
    "O": Role.COUNTER_OFFICER,
    "S": Role.SPECIALIST,
    "L": Role.LEADER,
    "M": Role.MANAGER,
    "A": Role.CITY_ADMIN,
}


@dataclass(frozen=True)
class Intake:
    """A step before the receipt: in which states, and whether for what was filed online, at the counter, or for both."""

    title: str
    key: str
    states: frozenset[State]
    filed: frozenset[bool]

    def may(self, user: Any, draft: Application, *, filed: bool) -> bool:
        return draft.state in self.states and filed in self.filed and may_receive(user, draft)


_DRAFT = frozenset({State.DRAFT})
_BEFORE = frozenset({State.DRAFT, State.SUBMITTED})
INTAKE = [
    Intake("Receive it", "receive", _BEFORE, frozenset({True, False})),
    Intake("Ask for what is missing (form 02)", "ask", _BEFORE, frozenset({True, False})),
    Intake("Refuse it at the counter (form 03)", "refuse", _DRAFT, frozenset({False})),
    Intake("Refuse what was filed online (form 03)", "refuse-filed", _DRAFT, frozenset({True})),
    Intake("Withdrawn at the national portal", "withdrawn-there", _DRAFT, frozenset({True})),
]
_CENTRE = 1
_NOW = datetime(2026, 11, 23, 10, tzinfo=clock.HANOI)
_HEAD = """# Roads of a dossier

Made from the code by `manage.py write_roads`; a test fails when it is not current. Each cell says who can take the step
in that state, where nothing else stands against it (a date that has passed, a request that is open already, the own work):
{roles}.

"""
_FOOT = """
## Before the receipt

Taken by a counter officer (**O**) of the centre where it was brought; while its person stands at a counter, by the officer
there. Nobody else takes any of them, and none is taken in another state.

| Step | State | Filed online |
|---|---|---|
{intake}

## Changes of state

| Transition | From | To |
|---|---|---|
{transitions}

By itself the portal ends an unanswered request for a supplement where the law says so (5 to 8, `mind_supplements`), and
drafts apologies (`foresee_lateness`).
"""


def page() -> str:
    """The page, in English and always the same for the same code."""
    with translation.override("en"), clock.fixed(_NOW):
        states = list(State)
        lines = [
            "| Step | " + " | ".join(f"{int(state)} {state.label}" for state in states) + " |",
            "|---|" + "---|" * len(states),
        ]
        for verb in VERBS:
            cells = [" ".join(letter for letter, role in ROLES.items() if may(verb, state, role)) for state in states]
            lines.append(f"| {verb.title} (`{verb.key}`) | " + " | ".join(cell or "·" for cell in cells) + " |")
        roles = ", ".join(f"**{letter}** {role.label}" for letter, role in ROLES.items())
        foot = _FOOT.format(intake=_intake(), transitions=_transitions())
        return _HEAD.format(roles=roles) + "\n".join(lines) + "\n" + foot


def may(verb: Verb, state: State, role: str) -> bool:
    """Whether this role can take the step in this state, whatever else is the case with the dossier."""
    user = SimpleNamespace(pk=99, is_authenticated=True, _roles=frozenset({(_CENTRE, role)}))
    return any(verb.is_open(dossier, step) and verb.may(user, dossier) for dossier, step in _cases(state))


def _cases(state: State) -> Iterator[tuple[Application, str]]:
    """Dossiers in this state, with and without everything that opens or closes a step."""
    steps = ["", StepKind.APPRAISE, StepKind.SIGN, StepKind.RETURN]
    for step in steps:
        for payment in PaymentState:
            for rich in (False, True):
                yield _dossier(state, step, payment, rich), step
        yield _linked(_dossier(state, step, PaymentState.NONE, rich=False)), step
    if state == State.ACCEPTED:
        for_elsewhere = _dossier(state, StepKind.FORWARD, PaymentState.NONE, rich=False)
        for_elsewhere.forward_by = _NOW
        yield for_elsewhere, StepKind.FORWARD
    if state == State.DONE:
        posted = _dossier(state, StepKind.RETURN, PaymentState.NONE, rich=False)
        posted.delivery_state = DeliveryState.ON_WAY
        yield posted, StepKind.RETURN
        read = _dossier(state, StepKind.RETURN, PaymentState.NONE, rich=False)
        read.delivery = Delivery.FILE
        read.result.document = Document(pk=3)
        yield read, StepKind.RETURN


def _dossier(state: State, step: str, payment: PaymentState, rich: bool) -> Application:
    due_at = _NOW + timedelta(days=3)
    dossier = Application(
        pk=1,
        state=state,
        payment_state=payment,
        helped_at_id=_CENTRE,
        competent_id=_CENTRE,
        received_at_centre_id=_CENTRE,
        due_at=due_at,
        handler_id=2,
        form_data={"a": "b"},
    )
    one = [] if not rich else [SupplementRequest(stage=SupplementStage.APPRAISAL, asked_at=_NOW)]
    rows: dict[str, list[Any]] = {
        "supplements": one,
        "steps": [Step(kind=step)] if step else [],
        "extensions": [Extension(due_before=due_at, due_after=due_at)] if rich else [],
        "withdrawals": [WithdrawalRequest()] if rich else [],
        "consultations": [Consultation()] if rich else [],
        "corrections": [ResultCorrection(proposed_by_id=2)] if rich else [],
        "issued_forms": [],
        "fee_lines": [FeeLine(amount=1)] if rich else [],
        "payments": [Payment(pk=4, kind=PaymentKind.PAID, method=Method.TRANSFER, amount=1)] if rich else [],
        "parts": [],
        "dispatches": [],
        "papers": [Paper(requirement=Requirement(is_kept=True))] if rich else [],
        "originals": [Original(place=Place.SAFE)] if rich else [],
    }
    dossier._prefetched_objects_cache = rows
    dossier._state.fields_cache.update(certification=None, result=Result(proposed_by_id=2))
    return dossier


def _linked(dossier: Application) -> Application:
    """The same with linked services: one at its office, one that waits for the citizen, one with its result."""
    states = [PartState.WITH_OFFICE, PartState.SUPPLEMENT, PartState.DONE]
    dossier._prefetched_objects_cache["parts"] = [Part(key=state, state=state) for state in states]
    return dossier


def _intake() -> str:
    words = {frozenset({True}): "only", frozenset({False}): "no", frozenset({True, False}): "also"}
    return "\n".join(
        f"| {row.title} (`{row.key}`) | {', '.join(str(int(state)) for state in sorted(row.states))} | {words[row.filed]} |"
        for row in INTAKE
    )


def _transitions() -> str:
    found = sorted(
        (row.name, _number(row.source), _number(row.target))
        for row in Application(state=State.DRAFT).get_all_state_transitions()
    )
    named: dict[str, tuple[list[int], int]] = {}
    for name, source, target in found:
        named.setdefault(name, ([], target))[0].append(source)
    return "\n".join(
        f"| `{name}` | {', '.join(map(str, sorted(sources)))} | {target} |" for name, (sources, target) in named.items()
    )


def _number(state: Any) -> int:
    return int(state)
