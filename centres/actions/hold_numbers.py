"""Hold numbers for a kiosk whose line may drop, and give them back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from centres.models import DailyNumber, Device, HeldNumber, NumberBlock, Service
from centres.numbers import FIRST_HELD
from portal import clock
from portal.errors import NotAllowed, RuleBroken

# Half an hour of a busy letter: a number every minute.
BLOCK_SIZE = 30
# A kiosk that has fewer left gets the next block with its next question.
FEW = 10
# More in one day than a kiosk without a line could give out.
MOST_BLOCKS = 20


@transaction.atomic
def hold_numbers(*, service: Service, device: Device, at: datetime) -> list[NumberBlock]:
    """The blocks from which this kiosk may give numbers of the service's letter today, a new one when few are left.

    Raises ``NotAllowed`` (``other_centre``), ``RuleBroken`` (``service_closed``, ``too_many_blocks``).
    """
    if device.centre_id != service.centre_id:
        raise NotAllowed(_("This screen belongs to another centre."), code="other_centre")
    day = clock.local_day(at)
    # One at a time for a letter; draws, which only point at the row, are not held up.
    service = Service.objects.select_for_update(of=("self",), no_key=True).select_related("centre").get(pk=service.pk)
    if not service.is_open or not service.centre.takes_people:
        raise RuleBroken(_("No numbers are given for this today. Please ask a member of staff."), code="service_closed")
    mine = NumberBlock.objects.filter(
        device=device, service=service, day=day, letter=service.letter, closed_at__isnull=True
    )
    if HeldNumber.objects.filter(block__in=mine, used_at__isnull=True).count() < FEW:
        if mine.count() >= MOST_BLOCKS:
            raise RuleBroken(
                _("This kiosk holds too many numbers already. Please call a member of staff."), code="too_many_blocks"
            )
        _new_block(service, device, day, at)
    return list(mine.prefetch_related("numbers").order_by("first"))


def _new_block(service: Service, device: Device, day: date, at: datetime) -> None:
    of_letter = {"centre": service.centre_id, "day": day, "letter": service.letter}
    highest = NumberBlock.objects.filter(**of_letter).aggregate(last=Max("last"))["last"] or 0
    drawn = DailyNumber.objects.filter(**of_letter).values_list("last", flat=True).first() or 0
    # On a grid, so that the unique first number keeps blocks apart whatever happens.
    lines = -(-max(highest + 1 - FIRST_HELD, drawn + BLOCK_SIZE - FIRST_HELD, 0) // BLOCK_SIZE)
    first = FIRST_HELD + lines * BLOCK_SIZE
    block = NumberBlock.objects.create(
        centre_id=service.centre_id,
        device=device,
        service=service,
        day=day,
        letter=service.letter,
        first=first,
        last=first + BLOCK_SIZE - 1,
        reserved_at=at,
        expires_at=datetime.combine(day + timedelta(days=1), time.min, tzinfo=clock.HANOI),
    )
    HeldNumber.objects.bulk_create(HeldNumber(block=block, number=number) for number in range(first, block.last + 1))


@transaction.atomic
def give_back_numbers(*, before: date, at: datetime) -> int:
    """Close the blocks of days before this one. Returns how many.

    What was issued from them in the evening may still be reported the next day; a day later the unused numbers go.
    """
    closed = NumberBlock.objects.filter(day__lt=before, closed_at__isnull=True).update(closed_at=at)
    HeldNumber.objects.filter(block__day__lt=before - timedelta(days=1), used_at__isnull=True).delete()
    return closed
