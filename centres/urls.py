"""Addresses of this app."""

from django.urls import path

from centres.enums import DeviceKind
from centres.views import board, counters, day, devices, kiosk, replay, reports, what_if

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
    path("day/hours/<str:kind>.svg", day.served, name="day_served"),
    path("day/tickets/", day.tickets, name="day_tickets"),
    path("day/counters/<int:counter_id>/", counters.counter, name="day_counter"),
    path("day/counters/<int:counter_id>/<str:key>/", counters.change, name="day_counter_change"),
    path("day/what-if/", what_if.what_if, name="day_what_if"),
    path("day/replay/", replay.replay, name="day_replay"),
    path("day/replay/part/", replay.part, name="day_replay_part"),
    path("day/report/", reports.report, name="day_report"),
    path("day/report.xlsx", reports.file, {"kind": "xlsx"}, name="day_report_xlsx"),
    path("day/report.pdf", reports.file, {"kind": "pdf"}, name="day_report_pdf"),
    path("day/city/", reports.city, name="day_city"),
    path("day/city.xlsx", reports.city_file, {"kind": "xlsx"}, name="day_city_xlsx"),
    path("day/city.pdf", reports.city_file, {"kind": "pdf"}, name="day_city_pdf"),
    path("day/devices/", devices.list_and_add, name="day_devices"),
    path("day/devices/<int:device_id>/revoke/", devices.revoke, name="day_device_revoke"),
]
