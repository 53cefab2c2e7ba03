"""States of a dossier and its papers, with named groups."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.IntegerChoices):
    """Draft, then the ten states of the National Public Service Portal under their own numbers."""

    DRAFT = 0, _("draft")
    SUBMITTED = 1, _("newly submitted")
    ACCEPTED = 2, _("accepted")
    REFUSED = 3, _("refused at intake")
    PROCESSING = 4, _("in process")
    SUPPLEMENT = 5, _("supplement requested")
    PAYMENT = 6, _("payment of dues requested")
    WITHDRAWN = 7, _("withdrawn by the applicant")
    STOPPED = 8, _("stopped")
    DONE = 9, _("processing finished")
    RETURNED = 10, _("result returned")


# The office has the dossier and works on it; its clock runs unless it waits for the applicant.
RUNNING = [State.ACCEPTED, State.PROCESSING]
WAITING_FOR_CITIZEN = [State.SUPPLEMENT, State.PAYMENT]
IN_HAND = [*RUNNING, *WAITING_FOR_CITIZEN]
# Taken in: code, clock and due date are there for ever after.
RECEIVED = [*IN_HAND, State.DONE, State.RETURNED, State.STOPPED]
TERMINAL = [State.REFUSED, State.WITHDRAWN, State.STOPPED, State.RETURNED]
WITHDRAWABLE = [State.SUBMITTED, *IN_HAND]
# Taken in and not ended without a result: a fee may still be taken, asked for less, or waived.
PAYABLE = [*IN_HAND, State.DONE, State.RETURNED]


class PaymentState(models.TextChoices):
    NONE = "none", _("no fee")
    DUE = "due", _("fee due")
    PAID = "paid", _("fee paid")
    OVER = "over", _("more paid than is owed")
    REFUNDED = "back", _("fee given back")
    VOID = "void", _("fee not due any more")


class PaymentKind(models.TextChoices):
    PAID = "paid", pgettext_lazy("a fee", "paid")
    REFUNDED = "back", pgettext_lazy("a fee", "given back")


class Method(models.TextChoices):
    CASH = "cash", _("in cash")
    CARD = "card", _("by card")
    TRANSFER = "transfer", _("by transfer")


class DeliveryState(models.TextChoices):
    AT_COUNTER = "counter", _("collected at the centre")
    ON_WAY = "post", _("on its way by post")
    HANDED = "handed", _("handed over")


class Delivery(models.TextChoices):
    """How the citizen wants the result."""

    COUNTER = "counter", pgettext_lazy("the result", "at the counter")
    POST = "post", pgettext_lazy("the result", "by post")
    FILE = "file", pgettext_lazy("the result", "electronically")


class DispatchEnd(models.TextChoices):
    """How the way of a letter with a result ended."""

    DELIVERED = "delivered", pgettext_lazy("a letter", "delivered")
    RETURNED = "returned", pgettext_lazy("a letter", "brought back")
    OVERTAKEN = "overtaken", pgettext_lazy("a letter", "overtaken by another result")


class SyncState(models.TextChoices):
    """Where the national portal stands with the dossier."""

    LOCAL = "local", _("not sent yet")
    QUEUED = "queued", _("on its way")
    SENT = "sent", _("sent")
    TROUBLE = "trouble", _("given up, to be looked at")


class Channel(models.TextChoices):
    COUNTER = "1", _("at the counter")
    ONLINE = "2", _("online")
    POST = "3", _("by post")


class PaperState(models.TextChoices):
    MISSING = "missing", _("missing")
    PRESENTED = "presented", _("original presented")
    COPIED = "copied", _("copy compared with the original")
    CERTIFIED = "certified", _("certified copy")
    ON_FILE = "on_file", _("on file already")
    LOOKED_UP = "looked_up", _("looked up")
    CERTIFYING = "certifying", _("being certified")


PAPER_THERE = [
    PaperState.PRESENTED,
    PaperState.COPIED,
    PaperState.CERTIFIED,
    PaperState.ON_FILE,
    PaperState.LOOKED_UP,
]


class DocumentSource(models.TextChoices):
    UPLOAD = "upload", _("scanned or uploaded")
    CERTIFIED = "certified", _("certified copy made here")
    FORM = "form", _("form printed here")
    RESULT = "result", _("result")


class VirusState(models.TextChoices):
    WAITING = "waiting", _("waits for its virus scan")
    CLEAN = "clean", _("no virus found")
    INFECTED = "infected", _("a virus was found")


class WhenAway(models.TextChoices):
    """What is done with files while the virus scanner does not answer."""

    REFUSE = "refuse", _("refuse files")
    TAKE_IN = "take_in", _("take files in, scan them later, and give none out until then")


class Erased(models.TextChoices):
    """What a retention rule is about."""

    PAPERS = "papers", _("papers handed in")
    FORMS = "forms", _("forms printed here")
    WHOLE = "whole", _("everything personal of a dossier")


# Why a request for certification ended (``details["why"]`` of its event): its last scan was the wrong one.
TAKEN_BACK = "scan_taken_back"


class EventKind(models.TextChoices):
    RECEIVED = "received", _("Received; the receipt was issued")
    TAKEN = "taken", _("Taken in hand")
    SUPPLEMENT_ASKED = "supplement_asked", _("Supplement requested")
    SUPPLEMENTED = "supplemented", _("Supplement received")
    NOT_ANSWERED = "not_answered", _("Ended without an answer")
    PROPOSED = "proposed", _("Proposed for approval")
    CONSULTED = "consulted", _("Another office asked")
    ANSWERED = "answered", _("Another office answered")
    HANDED_ON = "handed_on", _("Handed to a colleague")
    FORWARDED = "forwarded", _("Handed to the competent office")
    RETURNED_FOR_REWORK = "rework", _("Sent back for rework")
    APPROVED = "approved", _("Approved and signed")
    HANDED_OVER = "handed_over", _("Result handed over")
    POSTED = "posted", _("Result sent by post")
    CAME_BACK = "came_back", _("Result brought back by the post")
    REISSUED = "reissued", _("Receipt corrected and issued again")
    FOUND_WRONG = "found_wrong", _("Result found wrong; another proposed")
    REPLACED = "replaced", _("Result replaced by a new decision")
    NOT_REPLACED = "not_replaced", _("Result left as it is")
    PAPER_ADDED = "paper_added", _("Paper added")
    CERTIFIED = "certified", _("Copy certified")
    SIGNER_CHANGED = "signer_changed", _("Taken over by another signer")
    DOCUMENT_CHANGED = "item_changed", _("A document to certify was changed")
    NOT_CERTIFIED = "not_certified", _("A document was refused certification")
    LINE_STRUCK = "line_struck", _("Its line in the register was struck through")
    PAYMENT_ASKED = "payment_asked", _("Payment of dues requested")
    PAID = "paid", _("Fee paid")
    REFUNDED = "refunded", _("Fee given back")
    FEE_LOWERED = "fee_lowered", _("Fee lowered or waived")
    RECEIPT_UNDONE = "receipt_undone", _("Fee receipt cancelled")
    WITHDRAWN = "withdrawn", _("Withdrawn by the applicant")
    REFUSED = "refused", _("Refused at intake")
    STOPPED = "stopped", _("Stopped")
    WITHDRAW_ASKED = "withdraw_asked", _("Withdrawal asked for")
    NOT_WITHDRAWN = "not_withdrawn", _("Withdrawal declined")
    PART_BEGUN = "part_begun", _("Part of it begun")
    PART_DONE = "part_done", _("Result of a part is ready")
    PART_REFUSED = "part_refused", _("Part of it refused")
    PART_ENDED = "part_ended", _("Part of it ended without a result")
    PARTS_WAIT = "parts_wait", _("Only the supplement is waited for")
    PARTS_OVER = "parts_over", _("All parts are over")
    PART_HANDED = "part_handed", _("Result of a part handed over")
    EXTENDED = "extended", _("Apology signed; new date")
    DUE_MOVED = "due_moved", _("Due date moved")
    ANSWER_MOVED = "answer_moved", _("More time for the supplement")
    ORIGINAL = "original", _("An original moved")
    PERSON_MERGED = "person_merged", _("Record of the person merged with another")
    PERSON_PARTED = "person_parted", _("Merging of the records taken back")
    FORM_CORRECTED = "form_corrected", _("What was filled in was corrected")
    NOTED = "noted", _("Internal note")
    WRITTEN = "written", _("The citizen was written to")
    CITIZEN_WROTE = "citizen_wrote", _("The citizen wrote")
    LETTER_READ = "letter_read", _("What the citizen wrote was read")
    ERASED = "erased", _("Erased by the retention rules")


class PauseWhy(models.TextChoices):
    """Whose time it is while the clock stands still (Decree 301/2026 art. 4.7)."""

    SUPPLEMENT = "supplement", _("waiting for the supplement")
    PAYMENT = "payment", _("waiting for the payment")
    OUTAGE = "outage", _("an announced outage")


class SupplementStage(models.TextChoices):
    """Where the fault was found: before the dossier was taken in, or by whoever examines it."""

    INTAKE = "intake", _("at the counter, before it was received")
    APPRAISAL = "appraisal", _("at the appraisal")


class StepKind(models.TextChoices):
    """Where a dossier lies between receipt and result."""

    FORWARD = "forward", _("handing over to the competent office")
    APPRAISE = "appraise", _("appraisal")
    SIGN = "sign", _("signature")
    RETURN = "return", _("handing over the result")


class PartState(models.TextChoices):
    """Where one of the linked services of a dossier stands."""

    WAITING = "waiting", _("waiting for another part")
    WITH_OFFICE = "office", _("with the office")
    SUPPLEMENT = "supplement", _("supplement requested")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    ENDED = "ended", _("ended without a result")


PART_OPEN = [PartState.WAITING, PartState.WITH_OFFICE, PartState.SUPPLEMENT]
PART_OVER = [PartState.DONE, PartState.REFUSED, PartState.ENDED]


class PartyRole(models.TextChoices):
    APPLICANT = "applicant", _("applicant")
    SUBMITTER = "submitter", _("submitter")
    PROXY = "proxy", _("proxy")
    SECOND = "second", _("second spouse or co-owner")
    CHILD = "child", _("child")
