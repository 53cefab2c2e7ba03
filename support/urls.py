"""Addresses of this app."""

from django.urls import path

from support.views import announcements, asking, helping, incidents, known, on_call, outages, report, review, status

app_name = "support"
urlpatterns = [
    path("support/", incidents.incidents, name="incidents"),
    path("support/part/", incidents.part, name="incidents_part"),
    path("support/banner/", status.banner, name="banner"),
    path("support/status/", status.city, name="status"),
    path("support/status/<slug:code>/", status.centre, name="status_of"),
    path("support/incidents/<int:pk>/", incidents.incident, name="incident"),
    path("support/incidents/<int:pk>/review/", review.review, name="review"),
    path("support/incidents/<int:pk>/<slug:key>/", incidents.act, name="act"),
    path("support/follow-ups/<int:follow_up_id>/done/", review.done, name="follow_up_done"),
    path("support/statistics/", incidents.figures, name="statistics"),
    path("support/report/", report.staff, name="report"),
    path("support/mine/", report.mine, name="mine"),
    path("support/tell/", report.citizen, name="tell"),
    path("support/told/", report.told, name="told"),
    path("support/on-call/", on_call.rota, name="on_call"),
    path("support/on-call/contact/", on_call.contact, name="on_call_contact"),
    path("support/on-call/browser/", on_call.browser, name="on_call_browser"),
    path("support/on-call/<int:shift_id>/remove/", on_call.remove, name="on_call_remove"),
    path("kiosk/help/", asking.kiosk, name="kiosk_help"),
    path("t/<str:token>/help/", asking.ticket, name="ticket_help"),
    path("support/here/<str:token>/", asking.point, name="point"),
    path("support/desk-help/", asking.desk, name="desk_help"),
    path("support/helping/", helping.helping, name="helping"),
    path("support/helping/part/", helping.part, name="helping_part"),
    path("support/helping/day/", helping.day, name="help_day"),
    path("support/helping/points/", helping.points, name="help_points"),
    path("support/helping/points/<int:pk>/away/", helping.point_away, name="help_point_away"),
    path("support/helping/<int:pk>/<slug:key>/", helping.act, name="help_act"),
    path("support/outages/", outages.outages, name="outages"),
    path("support/outages/<int:outage_id>/end/", outages.end, name="outage_end"),
    path("support/announcements/", announcements.announcements, name="announcements"),
    path("support/announcements/<int:pk>/", announcements.announcement, name="announcement"),
    path("support/announcements/<int:pk>/confirm/", announcements.confirm, name="announcement_confirm"),
    path("support/announcements/<int:pk>/withdraw/", announcements.withdraw, name="announcement_withdraw"),
    path("support/known/", known.known, name="known"),
    path("support/known/like/", known.like, name="known_like"),
    path("support/known/new/", known.edit, name="known_new"),
    path("support/known/<int:pk>/", known.edit, name="known_edit"),
]
