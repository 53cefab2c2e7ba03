"""Addresses of this app."""

from django.urls import path

from centres.enums import DeviceKind
from centres.views import board, day, devices, estimates, kiosk, public

app_name = "centres"
urlpatterns = [
    path("kiosk/", kiosk.start, name="kiosk"),
    path("kiosk/again/", kiosk.again, name="kiosk_again"),
    path("kiosk/tiles/", kiosk.tiles, name="kiosk_tiles"),
    path("kiosk/help/", kiosk.help_page, name="kiosk_help"),
    path("kiosk/draw/", kiosk.take, name="kiosk_draw"),
    path("kiosk/service/<str:letter>/", kiosk.ground, name="kiosk_ground"),
    path("kiosk/ticket/<str:token>/", kiosk.ticket, name="kiosk_ticket"),
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
    path("day/devices/", devices.list_and_add, name="day_devices"),
    path("day/devices/<int:device_id>/revoke/", devices.revoke, name="day_device_revoke"),
]
