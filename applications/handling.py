"""What can be done with a dossier now, and by whom: the page offers it, and the page and the API do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications import forms_dossier
from applications.actions import handle
from applications.actions.hand_over import hand_over
from applications.actions.locking import wrong_state
from applications.catalogue import version_of
from applications.documents_kept import Kept, keep_bytes
from applications.enums import State, StepKind
from applications.models import Application
from applications.notarisation.requests import request_of
from applications.permissions import check, is_own_work, may_hand_over, may_handle, may_receive, may_sign
from portal.typed import LABELS

Values = dict[str, Any]


@dataclass(frozen=True)
class Verb:
    """One step of handling. ``do`` takes the cleaned values of ``form`` and calls one action."""

    key: str
    title: Any
    done: Any
    form: type[forms.Form]
    is_open: Callable[[Application, str], bool]
    may: Callable[[Any, Application], bool]
    do: Callable[[Application, Values, datetime, Any], Application]
    is_main: bool = True
    initial: Callable[[Application], Values] = lambda dossier: {}


def _take(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return handle.take(application=dossier, at=at, acting_user=user)


def _ask(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return handle.ask_supplement(application=dossier, faults=values["faults"], at=at, acting_user=user)


def _accept(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return handle.accept_supplement(application=dossier, note=values["note"], at=at, acting_user=user)


def _propose(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    document = _kept("propose", dossier, user, values.get("file"))
    return handle.propose(
        application=dossier,
        number=values["number"],
        document=document,
        drop_document=values.get("drop_file", False),
        at=at,
        acting_user=user,
    )


def _proposed_before(dossier: Application) -> Values:
    result = getattr(dossier, "result", None)
    if result is None:
        return {}
    return {"number": result.number, "kept_file": result.document.name if result.document else ""}


def _sign(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return handle.sign(application=dossier, proposal=values.get("proposal"), at=at, acting_user=user)


def _send_back(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return handle.send_back(application=dossier, reason=values["reason"], at=at, acting_user=user)


def _hand_over(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    signature = _kept("hand-over", dossier, user, values.get("signature"))
    return hand_over(application=dossier, handed_to=values["handed_to"], signature=signature, at=at, acting_user=user)


def _kept(key: str, dossier: Application, user: Any, upload: Any) -> Kept | None:
    """The upload's bytes, stored only for a step that looks possible; the action looks again under its lock."""
    if upload is not None:
        verb = BY_KEY[key]
        check(verb.may(user, dossier))
        if not verb.is_open(dossier, step_of(dossier)):
            raise wrong_state(dossier)
    return keep_bytes(upload)


def _handle_or_receive(user: Any, dossier: Application) -> bool:
    return may_handle(user, dossier) or may_receive(user, dossier)


def _is_proposed(dossier: Application, step: str) -> bool:
    """A leader signs it here; documents of a request for certification are signed one by one by their signer."""
    return (
        dossier.state == State.PROCESSING and step == StepKind.SIGN and request_of(dossier, version_of(dossier)) is None
    )


VERBS = [
    Verb(
        "take",
        _("Take in hand"),
        _("The dossier is yours now."),
        forms_dossier.NothingForm,
        lambda dossier, step: dossier.state == State.ACCEPTED and request_of(dossier, version_of(dossier)) is None,
        may_handle,
        _take,
    ),
    Verb(
        "accept-supplement",
        _("What was missing is here"),
        _("Noted. The clock runs again."),
        forms_dossier.SupplementedForm,
        lambda dossier, step: dossier.state == State.SUPPLEMENT,
        _handle_or_receive,
        _accept,
    ),
    Verb(
        "propose",
        _("Propose for signature"),
        _("The dossier is with the leader now."),
        forms_dossier.ProposalForm,
        lambda dossier, step: dossier.state == State.PROCESSING and step == StepKind.APPRAISE,
        may_handle,
        _propose,
        initial=_proposed_before,
    ),
    Verb(
        "ask-supplement",
        _("Ask for a supplement"),
        _("The citizen was asked. The clock stands still until it comes."),
        forms_dossier.SupplementForm,
        lambda dossier, step: (
            dossier.state == State.PROCESSING and step == StepKind.APPRAISE and not dossier.supplements.all()
        ),
        may_handle,
        _ask,
        is_main=False,
    ),
    Verb(
        "sign",
        _("Approve and sign"),
        _("Signed. The result goes back to the counter, and the citizen is told."),
        forms_dossier.SignForm,
        _is_proposed,
        lambda user, dossier: may_sign(user, dossier) and not is_own_work(user, dossier),
        _sign,
        initial=lambda dossier: {"proposal": proposal_of(dossier)},
    ),
    Verb(
        "send-back",
        _("Send back for rework"),
        _("Sent back. The specialist sees your reason."),
        forms_dossier.SendBackForm,
        _is_proposed,
        may_sign,
        _send_back,
        is_main=False,
    ),
    Verb(
        "hand-over",
        _("Hand over the result"),
        _("The result was handed over."),
        forms_dossier.HandOverForm,
        lambda dossier, step: dossier.state == State.DONE,
        may_hand_over,
        _hand_over,
        initial=lambda dossier: {"handed_to": dossier.applicant.full_name if dossier.applicant else ""},
    ),
]
BY_KEY = {verb.key: verb for verb in VERBS}
LABELS.update(
    (f"{verb.key}-{name}", field.label)
    for verb in VERBS
    for name, field in verb.form.base_fields.items()
    if not field.widget.is_hidden
)


def step_of(dossier: Application) -> str:
    """Where the dossier lies inside the office (a ``StepKind``), from its prefetched steps; empty when nowhere."""
    return next((step.kind for step in dossier.steps.all() if step.to_at is None), "")


def proposal_of(dossier: Application) -> int | None:
    """Which proposal waits for the leader: each is a step of its own, so the next one has another number."""
    return next((step.pk for step in dossier.steps.all() if step.to_at is None and step.kind == StepKind.SIGN), None)


def offered(dossier: Application, user: Any) -> list[Verb]:
    """What this person may do with it now, the next step first."""
    step = step_of(dossier)
    return [verb for verb in VERBS if verb.is_open(dossier, step) and verb.may(user, dossier)]
