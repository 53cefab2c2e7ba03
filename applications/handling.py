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
from applications.actions.cancel_receipt import cancel_receipt
from applications.actions.consult import consult, note_answer, suggested_limit
from applications.actions.correct import (
    correct_receipt,
    drop_correction,
    propose_correction,
    sign_correction,
)
from applications.actions.ending import decline_withdrawal, is_copy, stop, withdraw
from applications.actions.extend import prepare_extension, sign_extension, suggested
from applications.actions.fees import lower_fee
from applications.actions.forward import forward
from applications.actions.hand_over import give_as_file, hand_over, on_its_way
from applications.actions.linked import finish_part, hand_over_parts, refuse_part
from applications.actions.locking import wrong_state
from applications.actions.originals import (
    give_back,
    keep_original,
    kept_papers,
    may_go_back,
    serial_in_form,
)
from applications.actions.pay import ask_payment, refund, take_fee
from applications.actions.people import HANDLED, hand_on, may_arrange
from applications.actions.post_result import note_delivered, note_returned, post_result
from applications.actions.supplement import accept_supplement
from applications.documents_kept import Kept, keep_bytes
from applications.enums import (
    IN_HAND,
    PAYABLE,
    RECEIVED,
    RUNNING,
    WITHDRAWABLE,
    Delivery,
    PartState,
    PaymentKind,
    PaymentState,
    State,
    StepKind,
    SupplementStage,
)
from applications.ledger import dues_of, lines_owed, outstanding, owed, paid_so_far, surplus
from applications.linked import choices_of, keys_of, to_collect
from applications.messages import may_tell
from applications.models import (
    Application,
    Consultation,
    Dispatch,
    Extension,
    IssuedForm,
    Original,
    Payment,
    ResultCorrection,
    WithdrawalRequest,
)
from applications.papers_out import RECEIPT
from applications.pauses import has_parts, parts_of
from applications.people import officers_of, specialists_of
from applications.permissions import (
    check,
    is_own_work,
    may_correct_form,
    may_hand_over,
    may_handle,
    may_receive,
    may_sign,
    may_take_back,
)
from applications.result_ways import address_for_post, comes_for_it, ways_of
from citizens.models import User
from portal import clock
from portal.text import pick
from portal.typed import LABELS

Values = dict[str, Any]
# As its name is printed on its letters.
USUAL_CARRIER = "Bưu điện Việt Nam (VNPost)"
APPRAISAL = SupplementStage.APPRAISAL
_DECIDED = (State.DONE, State.RETURNED)
_PAID = (PaymentState.PAID, PaymentState.OVER)
_NOBODY_TOLD = _("The dossier has no phone or e-mail: nobody could be told.")
_WAS_RECEIVED = (*RECEIVED, State.WITHDRAWN)


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
    # The address of a page of its own, where one step needs more room than the dossier's page has.
    page: str = ""
    initial: Callable[[Application], Values] = lambda dossier: {}
    # The citizen gets a message of it, where there is a way to reach them.
    tells: bool = False
    # What else there is to say of the dossier as it is now.
    more: Callable[[Application], Any] = lambda dossier: ""

    def said_of(self, dossier: Application) -> str:
        """What is done, and whether the citizen could be told."""
        if not self.tells:
            return f"{self.done} {self.more(dossier)}".strip()
        told = _("The citizen is told.") if may_tell(dossier) else _NOBODY_TOLD
        return f"{self.done} {told}"


def _take(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return handle.take(application=dossier, at=at, acting_user=user)


def _is_to_take(dossier: Application) -> bool:
    return dossier.state == State.ACCEPTED and not dossier.waits_to_be_forwarded and not is_copy(dossier)


def _forward(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return forward(application=dossier, at=at, acting_user=user)


def _on_its_page(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    raise LookupError("this step has a page of its own")


def _may_ask(user: Any, dossier: Application) -> bool:
    """Once by whoever handles it; a second request is a leader's."""
    return may_sign(user, dossier) if asked_before(dossier) else may_handle(user, dossier)


def _may_be_asked(dossier: Application, step: str) -> bool:
    """Each of the linked services asks for its own, while it is with its office."""
    is_open = dossier.state == State.PROCESSING and step == StepKind.APPRAISE
    return is_open and (not has_parts(dossier) or bool(keys_of(dossier, PartState.WITH_OFFICE)))


def asked_before(dossier: Application, part: str = "") -> bool:
    """Whether the citizen was asked for a supplement at the appraisal, from its prefetched requests; of linked services,
    for this part (every one that is with its office, if none is named)."""
    asked = {row.part.key if row.part else "" for row in dossier.supplements.all() if row.stage == APPRAISAL}
    if not has_parts(dossier):
        return bool(asked)
    return all(key in asked for key in ([part] if part else keys_of(dossier, PartState.WITH_OFFICE)))


def _accept(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return accept_supplement(
        application=dossier, note=values["note"], part=values.get("part", ""), at=at, acting_user=user
    )


def _finish_part(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return finish_part(
        application=dossier,
        part=values["part"],
        number=values["number"],
        document=_kept("part-done", dossier, user, values.get("file")),
        at=at,
        acting_user=user,
    )


def _refuse_part(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return refuse_part(application=dossier, part=values["part"], ground=values["ground"], at=at, acting_user=user)


def _hand_over_parts(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return hand_over_parts(
        application=dossier,
        parts=values["parts"],
        handed_to=values["handed_to"],
        signature=_kept("hand-over-parts", dossier, user, values.get("signature")),
        authorisation=values.get("authorisation", ""),
        unpaid_reason=values.get("unpaid_reason", ""),
        at=at,
        acting_user=user,
    )


def _with_office(dossier: Application) -> Values:
    return {"parts": choices_of(dossier, PartState.WITH_OFFICE)}


def _part_is_handled(dossier: Application, step: str) -> bool:
    return dossier.state == State.PROCESSING and bool(keys_of(dossier, PartState.WITH_OFFICE))


def _has_results(dossier: Application) -> bool:
    """Single results of its linked services wait to be collected."""
    is_here = dossier.state in HANDLED or _is_ready(dossier)
    return is_here and any(row.is_to_collect for row in parts_of(dossier))


def _is_supplement_waited_for(dossier: Application, step: str) -> bool:
    """By the dossier as a whole, or by one of its linked services."""
    waiting = keys_of(dossier, PartState.SUPPLEMENT)
    return dossier.state == State.SUPPLEMENT or (dossier.state in HANDLED and bool(waiting))


def _is_appraised(dossier: Application, step: str) -> bool:
    """Examined by whoever proposes one result for the whole: linked services have one each."""
    return dossier.state == State.PROCESSING and step == StepKind.APPRAISE and not has_parts(dossier)


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


def _prepare_apology(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return prepare_extension(
        application=dossier, reason=values["reason"], until=values["until"], at=at, acting_user=user
    )


def _sign_apology(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return sign_extension(application=dossier, reason=values["reason"], until=values["until"], at=at, acting_user=user)


def _apology_drafted(dossier: Application) -> Values:
    """What is drafted so far; the day is one that can still be promised."""
    draft = extension_of(dossier)
    suggestion = suggested(dossier, clock.now())
    if draft is None:
        return {"until": clock.local_day(suggestion)}
    late = dossier.due_at is not None and draft.due_after <= dossier.due_at
    return {"reason": draft.reason, "until": clock.local_day(suggestion if late else draft.due_after)}


def extension_of(dossier: Application) -> Extension | None:
    """Its apology, drafted or signed, from its prefetched rows."""
    return next((row for row in dossier.extensions.all() if row.dropped_at is None), None)


def was_extended(dossier: Application) -> bool:
    """Whether an apology was signed for it."""
    given = extension_of(dossier)
    return given is not None and given.signed_at is not None


def _may_still_apologise(dossier: Application, step: str) -> bool:
    """Before the date, and once."""
    given = extension_of(dossier)
    in_time = dossier.due_at is not None and clock.now() < dossier.due_at
    return dossier.state in RUNNING and in_time and (given is None or given.is_open)


def wish_of(dossier: Application) -> WithdrawalRequest | None:
    """The applicant's open wish to withdraw, from its prefetched rows."""
    return next((row for row in dossier.withdrawals.all() if row.settled_at is None), None)


def _withdraw(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return withdraw(
        application=dossier, reason=values["reason"], given_back=values["given_back"], at=at, acting_user=user
    )


def _wished(dossier: Application) -> Values:
    wish = wish_of(dossier)
    return {"reason": wish.reason} if wish else {}


def _decline(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return decline_withdrawal(application=dossier, answer=values["answer"], at=at, acting_user=user)


def _stop(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return stop(application=dossier, reason=values["reason"], given_back=values["given_back"], at=at, acting_user=user)


def _ask_payment(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return ask_payment(
        application=dossier,
        name=values["name"],
        amount=values["amount"],
        article=values["article"],
        at=at,
        acting_user=user,
    )


def _take_fee(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return take_fee(
        application=dossier,
        amount=values["amount"] or 0,
        method=values["method"],
        receipt_number=values["receipt_number"],
        reference=values.get("reference", ""),
        at=at,
        acting_user=user,
    )


def _lower_fee(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return lower_fee(
        application=dossier,
        line=int(values["line"]),
        amount=values["lowered"],
        reason=values["reason"],
        at=at,
        acting_user=user,
    )


def _refund(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    cashier = values.get("cashier")
    return refund(
        application=dossier,
        fallen=[int(pk) for pk in values["fallen"]],
        seen=values["surplus"] or 0,
        reason=values["reason"],
        method=values["method"],
        receipt_number=values["receipt_number"],
        reference=values.get("reference", ""),
        cashier=User.objects.get(pk=cashier) if cashier else None,
        at=at,
        acting_user=user,
    )


def _cancel_receipt(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return cancel_receipt(
        application=dossier, payment=int(values["payment"]), reason=values["reason"], at=at, acting_user=user
    )


def _receipts(dossier: Application) -> Values:
    return {"receipts": [(row.pk, row.receipt_number, row.amount) for row in _cancellable(dossier)]}


def _cancellable(dossier: Application) -> list[Payment]:
    """Transfers that the bank told of and nobody cancelled, while their money is there."""
    rows, held = list(dossier.payments.all()), paid_so_far(dossier)
    undone = {row.cancels_id for row in rows}
    return [
        row
        for row in rows
        if row.cashier_id is None and row.kind == PaymentKind.PAID and row.pk not in undone and row.amount <= held
    ]


def _fees(dossier: Application) -> Values:
    return {"lines": [(line.pk, pick(line.name), line.amount) for line in lines_owed(dossier) if line.amount]}


def _to_give_back(dossier: Application) -> Values:
    """The surplus, the fees that may fall away by the same decision, and who of the counter may pay it out."""
    centre = dossier.received_at_centre or dossier.competent
    people = officers_of(centre, clock.today())
    takers = [row.cashier_id for row in dossier.payments.all()]
    known = [person.pk for person in people]
    last = next((pk for pk in reversed(takers) if pk in known), "")
    return {
        **_fees(dossier),
        "surplus": surplus(dossier),
        "people": [(person.pk, str(person)) for person in people],
        "cashier": last,
    }


def _consult(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return consult(
        application=dossier,
        office=values["office"],
        email=values["email"],
        question=values["question"],
        until=values["until"],
        at=at,
        acting_user=user,
    )


def _note_answer(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return note_answer(
        application=dossier,
        consultation=values["consultation"],
        answer=values["answer"],
        document=_kept("note-answer", dossier, user, values.get("file")),
        at=at,
        acting_user=user,
    )


def questions_open(dossier: Application) -> list[Consultation]:
    """Questions to other offices that wait for their answer, from its prefetched rows."""
    return [row for row in dossier.consultations.all() if row.is_open]


def _hand_on(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    to = User.objects.get(pk=values["to"])
    return hand_on(application=dossier, to=to, reason=values["reason"], at=at, acting_user=user)


def _colleagues(dossier: Application) -> Values:
    """Whoever else handles dossiers there."""
    people = specialists_of(dossier.competent, clock.today())
    return {"people": [(person.pk, str(person)) for person in people if person.pk != dossier.handler_id]}


def _may_hand_on(user: Any, dossier: Application) -> bool:
    return may_handle(user, dossier) or may_arrange(user, dossier.competent_id)


def _new_receipt(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return correct_receipt(
        application=dossier,
        reason=values["reason"],
        phone=values["phone"],
        email=values["email"],
        delivery=values.get("delivery", ""),
        delivery_address=values.get("delivery_address", ""),
        at=at,
        acting_user=user,
    )


def receipt_is_outdated(dossier: Application) -> bool:
    """Whether the last receipt promises another date than the dossier does now, from its prefetched forms."""
    last = _last_receipt(dossier)
    promised = last.frozen.get("due_at") if last is not None else ""
    due_at = dossier.due_at
    return bool(promised and due_at and datetime.fromisoformat(promised) != due_at and dossier.state in IN_HAND)


def receipt_names_another_fee(dossier: Application) -> bool:
    """Whether the last receipt sums up other fees than are owed now, from its prefetched forms and lines."""
    last = _last_receipt(dossier)
    named = last.frozen.get("total") if last is not None else None
    return isinstance(named, int) and named != owed(dossier) and dossier.state in IN_HAND


def _last_receipt(dossier: Application) -> IssuedForm | None:
    receipts = [form for form in dossier.issued_forms.all() if form.number == RECEIPT and not form.is_erased]
    return max(receipts, key=lambda form: form.sequence, default=None)


def _known_of_receipt(dossier: Application) -> Values:
    reasons = [
        *(["Ngày hẹn trả kết quả đã thay đổi."] if receipt_is_outdated(dossier) else []),
        *(["Phí, lệ phí phải nộp đã thay đổi."] if receipt_names_another_fee(dossier) else []),
    ]
    return {
        "reason": " ".join(reasons),
        "ways": ways_of(dossier),
        "delivery": dossier.delivery,
        "delivery_address": address_for_post(dossier),
    }


def _propose_correction(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return propose_correction(
        application=dossier,
        number=values["number"],
        reason=values["reason"],
        document=_kept("correct-result", dossier, user, values.get("file")),
        at=at,
        acting_user=user,
    )


def correction_of(dossier: Application) -> ResultCorrection | None:
    """The correction that waits for its signature, from its prefetched rows."""
    return next((row for row in dossier.corrections.all() if row.is_open), None)


def _is_being_corrected(dossier: Application) -> bool:
    return correction_of(dossier) is not None or is_copy(dossier) or has_parts(dossier)


def _sign_correction(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return sign_correction(application=dossier, proposal=values.get("proposal"), at=at, acting_user=user)


def _correction_shown(dossier: Application) -> Values:
    shown = correction_of(dossier)
    return {"proposal": shown.pk if shown else None}


def _drop_correction(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return drop_correction(application=dossier, reason=values["reason"], at=at, acting_user=user)


def _may_sign_correction(user: Any, dossier: Application) -> bool:
    open_correction = correction_of(dossier)
    return may_sign(user, dossier) and (open_correction is None or open_correction.proposed_by_id != user.pk)


def _hand_over(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    signature = _kept("hand-over", dossier, user, values.get("signature"))
    return hand_over(
        application=dossier,
        handed_to=values["handed_to"],
        signature=signature,
        authorisation=values.get("authorisation", ""),
        unpaid_reason=values.get("unpaid_reason", ""),
        at=at,
        acting_user=user,
    )


def _give_as_file(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return give_as_file(application=dossier, unpaid_reason=values.get("unpaid_reason", ""), at=at, acting_user=user)


def _has_its_file(dossier: Application, step: str) -> bool:
    """The citizen wants a file, and has it."""
    return _is_ready(dossier) and dossier.delivery == Delivery.FILE and not comes_for_it(dossier)


def _unpaid(dossier: Application) -> int:
    """What is to be paid before its result goes out, with what the copies made for it cost."""
    return sum(due for _row, due in dues_of(dossier))


def _known_of_hand_over(dossier: Application) -> Values:
    name = dossier.applicant.full_name if dossier.applicant else ""
    return {
        "handed_to": name,
        "originals": ", ".join(map(str, originals_in_custody(dossier))),
        "unpaid": _unpaid(dossier),
    }


def _known_of_parts(dossier: Application) -> Values:
    """Originals go out with the last result of all."""
    known = _known_of_hand_over(dossier)
    with_last = known["originals"] if dossier.state == State.DONE else ""
    return {**known, "originals": with_last, "waiting": to_collect(dossier)}


def letter_of(dossier: Application) -> Dispatch | None:
    """What the post has of it now, from its prefetched letters."""
    return next((row for row in dossier.dispatches.all() if row.is_open), None)


def _is_ready(dossier: Application) -> bool:
    """The result lies at the counter."""
    return dossier.state == State.DONE and not on_its_way(dossier)


def _is_on_its_way(dossier: Application, step: str) -> bool:
    return dossier.state == State.DONE and on_its_way(dossier)


def _post(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return post_result(
        application=dossier,
        recipient=values["recipient"],
        address=values["address"],
        carrier=values["carrier"],
        tracking_number=values["tracking_number"],
        unpaid_reason=values.get("unpaid_reason", ""),
        at=at,
        acting_user=user,
    )


def _known_of_letter(dossier: Application) -> Values:
    """To the applicant, at the address they gave for it or the one on record, unless it was sent to another before."""
    person, letters = dossier.applicant, list(dossier.dispatches.all())
    known = {"recipient": letters[-1].recipient, "carrier": letters[-1].carrier} if letters else {}
    return {
        "recipient": person.full_name if person else "",
        "address": address_for_post(dossier),
        "carrier": USUAL_CARRIER,
        **known,
        "is_wanted": dossier.delivery == Delivery.POST and not comes_for_it(dossier),
        "unpaid": _unpaid(dossier),
    }


def _note_delivered(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return note_delivered(
        application=dossier,
        taken_by=values["handed_to"],
        delivered_on=values["delivered_on"],
        at=at,
        acting_user=user,
    )


def _known_of_delivery(dossier: Application) -> Values:
    letter = letter_of(dossier)
    return {"handed_to": letter.recipient if letter else "", "delivered_on": clock.today()}


def _note_returned(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return note_returned(application=dossier, reason=values["reason"], at=at, acting_user=user)


def originals_in_custody(dossier: Application) -> list[Original]:
    """What was not given back (yet), from its prefetched rows."""
    return [row for row in dossier.originals.all() if row.is_in_custody]


def originals_away(dossier: Application) -> list[Original]:
    """What the result cannot go out without, from its prefetched rows: at the office, or on the way."""
    return [row for row in originals_in_custody(dossier) if not row.is_at_branch]


def _lie_here(dossier: Application) -> list[Original]:
    return [row for row in dossier.originals.all() if row.is_at_branch]


def _keep_original(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return keep_original(
        application=dossier,
        paper=values["paper"],
        number=values["number"],
        pages=values["pages"],
        at=at,
        acting_user=user,
    )


def _kept_lines(dossier: Application) -> Values:
    """The papers whose original can be kept, and the serial that the form says of the first."""
    lines = kept_papers(dossier.papers.all())
    return {
        "papers": [(line.pk, str(line.kind)) for line in lines],
        "number": serial_in_form(dossier, lines[0]) if lines else "",
    }


def _give_back(dossier: Application, values: Values, at: datetime, user: Any) -> Application:
    return give_back(
        application=dossier,
        given_to=values["given_to"],
        authorisation=values["authorisation"],
        reason=values["reason"],
        at=at,
        acting_user=user,
    )


def _originals_to_give_back(dossier: Application) -> Values:
    name = dossier.applicant.full_name if dossier.applicant else ""
    is_over = dossier.state in (State.WITHDRAWN, State.STOPPED)
    return {
        "given_to": name,
        "originals": ", ".join(map(str, _lie_here(dossier))),
        "reason": str(dossier.get_state_display()) if is_over else "",
    }


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
    return dossier.state == State.PROCESSING and step == StepKind.SIGN and not is_copy(dossier)


VERBS = [
    Verb(
        "take",
        _("Take in hand"),
        _("The dossier is yours now."),
        forms_dossier.NothingForm,
        lambda dossier, step: _is_to_take(dossier),
        may_handle,
        _take,
    ),
    Verb(
        "forward",
        _("Hand it to the competent office"),
        _("Handed over. The competent office has it now."),
        forms_dossier.NothingForm,
        lambda dossier, step: dossier.waits_to_be_forwarded,
        may_hand_over,
        _forward,
    ),
    Verb(
        "accept-supplement",
        _("What was missing is here"),
        _("Noted. The clock runs again."),
        forms_dossier.SupplementedForm,
        _is_supplement_waited_for,
        _handle_or_receive,
        _accept,
        initial=lambda dossier: {"parts": choices_of(dossier, PartState.SUPPLEMENT)},
    ),
    Verb(
        "part-done",
        _("The result of a service is here"),
        _("Noted. The citizen is told, and what waited for it has begun."),
        forms_dossier.PartDoneForm,
        _part_is_handled,
        may_handle,
        _finish_part,
        initial=_with_office,
    ),
    Verb(
        "part-refused",
        _("A service was refused"),
        _("Noted. The citizen is told why; what does not depend on it goes on."),
        forms_dossier.PartRefusedForm,
        _part_is_handled,
        may_handle,
        _refuse_part,
        is_main=False,
        initial=_with_office,
    ),
    Verb(
        "hand-over-parts",
        _("Hand over results"),
        _("Handed over. The others follow as they are ready."),
        forms_dossier.HandOverPartsForm,
        lambda dossier, step: _has_results(dossier),
        may_hand_over,
        _hand_over_parts,
        initial=_known_of_parts,
    ),
    Verb(
        "propose",
        _("Propose for signature"),
        _("The dossier is with the leader now."),
        forms_dossier.ProposalForm,
        _is_appraised,
        may_handle,
        _propose,
        initial=_proposed_before,
    ),
    Verb(
        "ask-supplement",
        _("Ask for a supplement"),
        _("The citizen was asked. The clock stands still until it comes."),
        forms_dossier.NothingForm,
        _may_be_asked,
        _may_ask,
        _on_its_page,
        is_main=False,
        page="applications:ask_supplement",
    ),
    Verb(
        "sign",
        _("Approve and sign"),
        _("Signed. The result goes back to the counter."),
        forms_dossier.SignForm,
        _is_proposed,
        lambda user, dossier: may_sign(user, dossier) and not is_own_work(user, dossier),
        _sign,
        initial=lambda dossier: {"proposal": handle.proposal_of(dossier)},
        tells=True,
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
        "give-file",
        _("The citizen has the file"),
        _("Noted. The result is with the citizen."),
        forms_dossier.GiveFileForm,
        _has_its_file,
        may_hand_over,
        _give_as_file,
        initial=lambda dossier: {"unpaid": _unpaid(dossier)},
    ),
    Verb(
        "hand-over",
        _("Hand over the result"),
        _("The result was handed over."),
        forms_dossier.HandOverForm,
        lambda dossier, step: _is_ready(dossier) and not originals_away(dossier) and not has_parts(dossier),
        may_hand_over,
        _hand_over,
        initial=_known_of_hand_over,
    ),
    Verb(
        "post-delivered",
        _("The post has delivered it"),
        _("Noted. The result is with the citizen."),
        forms_dossier.DeliveredForm,
        _is_on_its_way,
        may_hand_over,
        _note_delivered,
        initial=_known_of_delivery,
    ),
    Verb(
        "post-returned",
        _("The post has brought it back"),
        _("Noted. The result waits at the counter again."),
        forms_dossier.ReasonForm,
        _is_on_its_way,
        may_hand_over,
        _note_returned,
        is_main=False,
        tells=True,
    ),
    Verb(
        "post",
        _("Send the result by post"),
        _("The result is on its way. Note here how its way ends."),
        forms_dossier.PostForm,
        lambda dossier, step: _is_ready(dossier) and not originals_in_custody(dossier),
        may_hand_over,
        _post,
        is_main=False,
        initial=_known_of_letter,
        tells=True,
    ),
    Verb(
        "give-originals-back",
        _("Give the originals back"),
        _("The originals are back with their owner."),
        forms_dossier.GiveBackForm,
        lambda dossier, step: bool(_lie_here(dossier)) and may_go_back(dossier),
        may_hand_over,
        _give_back,
        is_main=False,
        initial=_originals_to_give_back,
    ),
    Verb(
        "keep-original",
        _("An original was handed in"),
        _("The original is in custody."),
        forms_dossier.KeepOriginalForm,
        lambda dossier, step: dossier.state in IN_HAND and bool(kept_papers(dossier.papers.all())),
        may_hand_over,
        _keep_original,
        is_main=False,
        initial=_kept_lines,
    ),
    Verb(
        "take-fee",
        _("Take the fee"),
        _("The fee is booked."),
        forms_dossier.TakeFeeForm,
        lambda dossier, step: dossier.state in PAYABLE and dossier.payment_state == PaymentState.DUE,
        may_hand_over,
        _take_fee,
        initial=lambda dossier: {"amount": outstanding(dossier)},
    ),
    Verb(
        "ask-payment",
        _("Ask for a payment"),
        _("The citizen was asked to pay. The clock stands still until then."),
        forms_dossier.AskPaymentForm,
        lambda dossier, step: dossier.state == State.PROCESSING and step == StepKind.APPRAISE,
        may_handle,
        _ask_payment,
        is_main=False,
    ),
    Verb(
        "refund",
        _("Give money back"),
        _("The refund is booked. Print its paper."),
        forms_dossier.RefundForm,
        lambda dossier, step: dossier.state in _WAS_RECEIVED and dossier.payment_state in _PAID,
        may_sign,
        _refund,
        is_main=False,
        initial=_to_give_back,
        tells=True,
    ),
    Verb(
        "lower-fee",
        _("Lower or waive a fee"),
        _("The fee is lower now."),
        forms_dossier.LowerFeeForm,
        lambda dossier, step: dossier.state in PAYABLE and any(line.amount for line in lines_owed(dossier)),
        may_sign,
        _lower_fee,
        is_main=False,
        initial=_fees,
        more=lambda dossier: _("What was paid too much can be given back.") if surplus(dossier) else "",
    ),
    Verb(
        "cancel-receipt",
        _("Cancel the receipt of a transfer"),
        _("The receipt is cancelled. The transfer waits to be matched to its right dossier."),
        forms_dossier.CancelReceiptForm,
        lambda dossier, step: dossier.state in _WAS_RECEIVED and bool(_cancellable(dossier)),
        may_sign,
        _cancel_receipt,
        is_main=False,
        initial=_receipts,
    ),
    Verb(
        "note-answer",
        _("Another office has answered"),
        _("The answer is noted."),
        forms_dossier.NoteAnswerForm,
        lambda dossier, step: dossier.state in HANDLED and bool(questions_open(dossier)),
        may_handle,
        _note_answer,
        is_main=False,
        initial=lambda dossier: {"asked": [(row.pk, row.office) for row in questions_open(dossier)]},
    ),
    Verb(
        "consult",
        _("Ask another office"),
        _("Noted. You are reminded when the answer is due."),
        forms_dossier.ConsultForm,
        lambda dossier, step: dossier.state in HANDLED,
        may_handle,
        _consult,
        is_main=False,
        initial=lambda dossier: {"until": suggested_limit(clock.now())},
    ),
    Verb(
        "hand-on",
        _("Hand it to a colleague"),
        _("Your colleague has it now."),
        forms_dossier.HandOnForm,
        lambda dossier, step: dossier.state in HANDLED,
        _may_hand_on,
        _hand_on,
        is_main=False,
        initial=_colleagues,
    ),
    Verb(
        "sign-correction",
        _("Sign the new result"),
        _("Signed. The new result replaces the old one."),
        forms_dossier.SignForm,
        lambda dossier, step: dossier.state in _DECIDED and correction_of(dossier) is not None,
        _may_sign_correction,
        _sign_correction,
        initial=_correction_shown,
        tells=True,
    ),
    Verb(
        "drop-correction",
        _("Leave the result as it is"),
        _("The result stays as it is."),
        forms_dossier.ReasonForm,
        lambda dossier, step: dossier.state in _DECIDED and correction_of(dossier) is not None,
        may_sign,
        _drop_correction,
        is_main=False,
    ),
    Verb(
        "correct-result",
        _("The result is wrong"),
        _("The new result is with the leader now."),
        forms_dossier.CorrectionForm,
        lambda dossier, step: dossier.state in _DECIDED and not _is_being_corrected(dossier),
        may_handle,
        _propose_correction,
        is_main=False,
    ),
    Verb(
        "new-receipt",
        _("Correct the receipt"),
        _("The new receipt can be printed; the old one is kept."),
        forms_dossier.NewReceiptForm,
        lambda dossier, step: dossier.state in IN_HAND,
        may_hand_over,
        _new_receipt,
        is_main=False,
        initial=_known_of_receipt,
    ),
    Verb(
        "correct-form",
        _("Correct what was filled in"),
        _("Corrected. The page shows what it said before."),
        forms_dossier.NothingForm,
        lambda dossier, step: dossier.state in IN_HAND and bool(dossier.form_data) and not is_copy(dossier),
        may_correct_form,
        _on_its_page,
        is_main=False,
        page="applications:correct_form",
    ),
    Verb(
        "prepare-apology",
        _("It will be late: prepare the apology"),
        _("The leader finds the apology to sign."),
        forms_dossier.PrepareApologyForm,
        _may_still_apologise,
        may_handle,
        _prepare_apology,
        is_main=False,
        initial=_apology_drafted,
    ),
    Verb(
        "sign-apology",
        _("Sign the apology with a new date"),
        _("Signed. The due date has moved."),
        forms_dossier.SignApologyForm,
        _may_still_apologise,
        may_sign,
        _sign_apology,
        is_main=False,
        initial=_apology_drafted,
        tells=True,
    ),
    Verb(
        "withdraw",
        _("Withdrawn by the applicant"),
        _("The dossier is withdrawn. Print form 05 and give the originals back."),
        forms_dossier.EndForm,
        lambda dossier, step: dossier.state in WITHDRAWABLE and not is_copy(dossier),
        may_take_back,
        _withdraw,
        is_main=False,
        initial=_wished,
    ),
    Verb(
        "decline-withdrawal",
        _("It cannot be withdrawn"),
        _("The citizen reads your reason."),
        forms_dossier.DeclineForm,
        lambda dossier, step: dossier.state in IN_HAND and wish_of(dossier) is not None,
        may_take_back,
        _decline,
        is_main=False,
    ),
    Verb(
        "stop",
        _("Stop the handling"),
        _("The handling was stopped. Print form 05 and give the originals back."),
        forms_dossier.EndForm,
        lambda dossier, step: dossier.state in IN_HAND and not is_copy(dossier),
        may_sign,
        _stop,
        is_main=False,
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


def offered(dossier: Application, user: Any) -> list[Verb]:
    """What this person may do with it now, the next step first."""
    step = step_of(dossier)
    return [verb for verb in VERBS if verb.is_open(dossier, step) and verb.may(user, dossier)]
