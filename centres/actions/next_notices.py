"""Ask to be told before the call, be told, and be forgotten in the night."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from centres.enums import TicketEventKind, TicketState
from centres.estimate.seen import hall_now
from centres.messages import NextInLine
from centres.models import Centre, NextNotice, Ticket
from centres.notice_rules import ahead_on, most_sms, occasion_of, sms_are_used_up
from centres.soon import ahead_of_each
from notifications.actions.forget import forget_addresses, forget_browsers, forget_occasion
from notifications.actions.queue import queue_notice
from notifications.actions.subscribe import subscribe
from notifications.enums import Channel
from notifications.leaving import leaves_the_machine
from notifications.message import Recipient
from notifications.models import PushSubscription
from portal import clock, live
from portal.errors import BadInput, RuleBroken
from portal.vn.phones import parse_mobile
from portal.vn.problems import InvalidValue

# Browsers of one family looking at one slip; more is somebody playing.
MOST_BROWSERS = 5
# "Two people are before you" said later than this sends people to a call that is over.
TRUE_FOR = timedelta(minutes=15)


@transaction.atomic
def tell_by_sms(*, ticket: Ticket, phone: str, consents: bool, at: datetime) -> None:
    """Send an SMS to this phone before the call. Whoever holds the slip may ask; a new number replaces the old one.

    ``consents``: they agreed to this one use of the number (Law 91/2025 on personal data).
    Raises ``BadInput`` (``no_consent``, ``phone_invalid``, ``not_a_mobile``, ``no_sms_here``), ``RuleBroken`` (``not_waiting``, ``told_already``,
    ``enough_sms``).
    """
    if not leaves_the_machine(Channel.SMS):
        raise BadInput(_("No SMS can be sent from here. Please watch the board."), code="no_sms_here")
    if not consents:
        raise BadInput(
            _("Please tick that we may use your number for this. Without it no SMS is sent."),
            code="no_consent",
            field="consent",
        )
    try:
        number = parse_mobile(phone)
    except InvalidValue as problem:
        raise BadInput(problem.problem.message, code=problem.problem.code, field="phone") from None
    _must_wait(ticket, at)
    if NextNotice.objects.filter(ticket=ticket, told_at__isnull=False).exclude(phone="").exists():
        raise RuleBroken(_("The SMS has been sent already."), code="told_already")
    if sms_are_used_up(ticket):
        raise RuleBroken(
            ngettext(
                "For one number at most %(count)d SMS is sent. Please watch the board.",
                "For one number at most %(count)d SMS are sent. Please watch the board.",
                most_sms(ticket),
            )
            % {"count": most_sms(ticket)},
            code="enough_sms",
        )
    NextNotice.objects.filter(ticket=ticket, told_at__isnull=True).exclude(phone="").delete()
    NextNotice.objects.bulk_create([NextNotice(ticket=ticket, phone=number, consent_at=at)], ignore_conflicts=True)
    live.bump(f"ticket:{ticket.pk}")


@transaction.atomic
def tell_by_push(*, ticket: Ticket, endpoint: str, p256dh: str, auth: str, at: datetime) -> None:
    """Show a notice in this browser before the call. Raises ``BadInput``, ``RuleBroken`` (``not_waiting``)."""
    _must_wait(ticket, at)
    if NextNotice.objects.filter(ticket=ticket, phone="").count() >= MOST_BROWSERS:
        raise RuleBroken(_("Enough browsers are told about this number."), code="too_many_browsers")
    browser = subscribe(endpoint=endpoint, p256dh=p256dh, auth=auth, at=at)
    NextNotice.objects.bulk_create(
        [NextNotice(ticket=ticket, subscription=browser, consent_at=at)], ignore_conflicts=True
    )
    live.bump(f"ticket:{ticket.pk}")


@transaction.atomic
def do_not_tell(*, ticket: Ticket) -> None:
    """Forget phone and browsers of this number at once, also in what was written to them.

    A browser that another slip wishes to be told in stays until the night.
    """
    wishes = NextNotice.objects.filter(ticket=ticket)
    browsers = list(wishes.filter(subscription__isnull=False).values_list("subscription", flat=True))
    wishes.delete()
    PushSubscription.objects.filter(pk__in=browsers, nextnotice__isnull=True).delete()
    forget_occasion(occasion=occasion_of(ticket.pk))
    live.bump(f"ticket:{ticket.pk}")


def tell_those_who_are_next(*, at: datetime) -> int:
    """Tell everybody who wished it and whose call is near. Returns how many notices were written.

    A sweep and no part of a call, which must stay quick: one statement when nobody waits for a notice, otherwise a
    handful for each centre where somebody does.
    """
    day = clock.local_day(at)
    wishes = NextNotice.objects.filter(told_at__isnull=True, ticket__state=TicketState.WAITING, ticket__day=day)
    services: dict[int, set[int]] = defaultdict(set)
    for centre_id, service_id in wishes.values_list("ticket__centre", "ticket__service").distinct().order_by():
        services[centre_id].add(service_id)
    told = 0
    for centre in Centre.objects.filter(pk__in=services) if services else ():
        near = nearly_next(centre, services[centre.pk], at)
        due = wishes.filter(ticket__in=near).values_list("pk", "ticket")
        for wish_id, ticket_id in sorted(due, key=lambda wish: near[wish[1]]):
            told += _tell(wish_id, near[ticket_id], at)
    return told


def nearly_next(centre: Centre, services: Collection[int], at: datetime) -> dict[int, int]:
    """By ticket of these services (ids) with few enough people ahead: how many, as the counters will call."""
    return ahead_of_each(hall_now(centre, at), services, ahead_on(centre.pk, clock.local_day(at)))


@transaction.atomic
def _tell(wish_id: int, ahead: int, at: datetime) -> bool:
    """Once a wish, whatever else runs at the same time: the row is taken first, and the outbox has a key of its own."""
    wish = NextNotice.objects.select_for_update(skip_locked=True).filter(pk=wish_id, told_at__isnull=True).first()
    if wish is None:
        return False
    ticket = Ticket.objects.select_related("centre").get(pk=wish.ticket_id)
    if ticket.state != TicketState.WAITING:
        return False
    wish.told_at = at
    wish.save(update_fields=["told_at"])
    browsers = (wish.subscription_id,) if wish.subscription_id else ()
    queue_notice(
        notice=NextInLine(ticket=ticket, ahead=ahead, reference=ticket.label),
        recipient=Recipient(phone=wish.phone, browsers=browsers, language=ticket.language),
        # Asked for anew it is another wish.
        dedup_key=f"{occasion_of(ticket.pk)}:{wish.pk}:{_turn(ticket)}",
        not_after=at + TRUE_FOR,
        at=at,
    )
    live.bump(f"ticket:{ticket.pk}")
    return True


def _turn(ticket: Ticket) -> int:
    """How often they came back into the line or were passed on; each time is another turn to be told of."""
    return ticket.events.filter(kind__in=[TicketEventKind.RETURNED, TicketEventKind.TRANSFERRED]).count()


@transaction.atomic
def forget_phones(*, before: date) -> int:
    """Phones and browsers of days before this one go, also from the outbox. Returns how many wishes went."""
    midnight = datetime.combine(before, time.min, tzinfo=clock.HANOI)
    gone = NextNotice.objects.filter(ticket__day__lt=before).delete()[0]
    forget_browsers(before=midnight)
    forget_addresses(kind=NextInLine.kind, before=midnight)
    return gone


def _must_wait(ticket: Ticket, at: datetime) -> None:
    if ticket.state != TicketState.WAITING or ticket.day != clock.local_day(at):
        raise RuleBroken(_("This number is not waiting any more."), code="not_waiting")
