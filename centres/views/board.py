"""The board: who is called where."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from centres import announce
from centres.device_access import Seat, device_required
from centres.enums import DeviceKind
from centres.estimate.now import with_waits
from centres.models import Centre, Zone
from portal import clock, live

board_only = device_required(DeviceKind.BOARD)


@require_GET
@board_only
def board(request: HttpRequest, seat: Seat) -> HttpResponse:
    centre = get_object_or_404(Centre, pk=seat.centre_id)
    context = {
        "centre": centre,
        "zone": Zone.objects.filter(pk=seat.zone_id).first() if seat.zone_id else None,
        "live": live.address([*_own_topics(seat), *_topics(seat)]),
        **_state(seat),
    }
    return render(request, "centres/board/board.html", context)


@require_GET
@board_only
def calls(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The part that is asked for every three seconds; unchanged, it asks no database.

    Changed, it is made once for all boards of the hall or zone.
    """

    def part() -> HttpResponse:
        return render(request, "centres/board/parts/calls.html", _state(seat))

    place = f"{seat.centre_id}.{seat.zone_id or ''}"
    return live.answer(
        request, _topics(seat), part, vary=place, own=_own_topics(seat), shared=f"board.{place}", early=True
    )


def _topics(seat: Seat) -> list[str]:
    return [f"queue:{seat.centre_id}", f"hall:{seat.centre_id}", f"waits:{seat.centre_id}"]


def _own_topics(seat: Seat) -> list[str]:
    """Signed out, or sent to another zone."""
    return [f"device:{seat.device_id}"]


def _state(seat: Seat) -> dict[str, object]:
    at = clock.now()
    shown = announce.calls(seat.centre_id, at, seat.zone_id)
    return {
        "latest": shown[0] if shown else None,
        "recent": shown[1:],
        "services": with_waits(announce.waiting_by_service(seat.centre_id, at, seat.zone_id), seat.centre_id, at),
        "notices": announce.notices(seat.centre_id, at, seat.zone_id),
    }
