"""Addresses of this app."""

from django.urls import path

from centres.enums import DeviceKind
from centres.views import (
    board,
    day,
    devices,
    estimates,
    hall,
    kiosk,
    kiosk_line,
    kiosk_papers,
    kiosk_sms,
    public,
    trips,
)

app_name = "centres"
urlpatterns = [
    path("kiosk/", kiosk.start, name="kiosk"),
    path("kiosk/again/", kiosk.again, name="kiosk_again"),
    path("kiosk/tiles/", kiosk.tiles, name="kiosk_tiles"),
    path("kiosk/help/", kiosk.help_page, name="kiosk_help"),
    path("kiosk/draw/", kiosk.take, name="kiosk_draw"),
    path("kiosk/for/<str:letter>/", kiosk_papers.which, name="kiosk_which"),
    path("kiosk/for/<str:letter>/<slug:key>/", kiosk_papers.question, name="kiosk_question"),
    path("kiosk/for/<str:letter>/<slug:key>/back-with/<slug:paper>/", kiosk_papers.come_back, name="kiosk_come_back"),
    path("kiosk/service/<str:letter>/", kiosk.ground, name="kiosk_ground"),
    path("kiosk/ticket/<str:token>/", kiosk.ticket, name="kiosk_ticket"),
    path("kiosk/ticket/<str:token>/reprint/", kiosk.print_again, name="kiosk_reprint"),
    path("kiosk/ticket/<str:token>/sms/", kiosk_sms.ask, name="kiosk_sms"),
    path("kiosk/sw.js", kiosk_line.worker, name="kiosk_worker"),
    path("kiosk/offline/", kiosk_line.offline, name="kiosk_offline"),
    path("kiosk/reconcile/", kiosk_line.reconcile, name="kiosk_reconcile"),
    path("kiosk/sign-in/", devices.sign_in, {"kind": DeviceKind.KIOSK.value}, name="kiosk_sign_in"),
    path("board/", board.board, name="board"),
    path("board/calls/", board.calls, name="board_calls"),
    path("board/sign-in/", devices.sign_in, {"kind": DeviceKind.BOARD.value}, name="board_sign_in"),
    path("day/", day.day, name="day"),
    path("day/needs/", day.needs, name="day_needs"),
    path("day/queue/", day.queue, name="day_queue"),
    path("day/served.svg", day.served, name="day_served"),
    path("day/accuracy/", estimates.accuracy, name="day_accuracy"),
    path("day/waits/", estimates.estimates, name="day_estimates"),
    path("centres/<slug:code>/", public.centre, name="centre"),
    path("day/tickets/", day.tickets, name="day_tickets"),
    path("day/papers/", trips.trips, name="day_papers"),
    path("day/devices/", devices.list_and_add, name="day_devices"),
    path("day/devices/<int:device_id>/", devices.arrange, name="day_device"),
    path("day/announcements/", hall.announcements, name="day_announcements"),
    path("day/announcements/<int:announcement_id>/stop/", hall.stop, name="day_announcement_stop"),
    path("day/devices/<int:device_id>/revoke/", devices.revoke, name="day_device_revoke"),
]
