"""The board: who is called where."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from centres import announce
from centres.device_access import Seat, device_required
from centres.enums import DeviceKind
from centres.estimate.now import with_waits
from centres.models import Centre
from portal import clock, live

board_only = device_required(DeviceKind.BOARD)


@require_GET
@board_only
def board(request: HttpRequest, seat: Seat) -> HttpResponse:
    centre = get_object_or_404(Centre, pk=seat.centre_id)
    return render(request, "centres/board/board.html", {"centre": centre, **_state(seat)})


@require_GET
@board_only
def calls(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The part that is asked for every three seconds; unchanged, it asks no database."""

    def part() -> HttpResponse:
        return render(request, "centres/board/parts/calls.html", _state(seat))

    return live.answer(request, [f"queue:{seat.centre_id}"], part)


def _state(seat: Seat) -> dict[str, object]:
    at = clock.now()
    shown = announce.calls(seat.centre_id, at)
    return {
        "latest": shown[0] if shown else None,
        "recent": shown[1:],
        "services": with_waits(announce.waiting_by_service(seat.centre_id, at), seat.centre_id, at),
    }
