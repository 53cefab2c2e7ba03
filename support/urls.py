"""Addresses of this app."""

from django.urls import path

from support.views import incidents, on_call, report

app_name = "support"
urlpatterns = [
    path("support/", incidents.incidents, name="incidents"),
    path("support/part/", incidents.part, name="incidents_part"),
    path("support/incidents/<int:pk>/", incidents.incident, name="incident"),
    path("support/incidents/<int:pk>/<slug:key>/", incidents.act, name="act"),
    path("support/statistics/", incidents.figures, name="statistics"),
    path("support/report/", report.staff, name="report"),
    path("support/mine/", report.mine, name="mine"),
    path("support/tell/", report.citizen, name="tell"),
    path("support/told/", report.told, name="told"),
    path("support/on-call/", on_call.rota, name="on_call"),
    path("support/on-call/contact/", on_call.contact, name="on_call_contact"),
    path("support/on-call/browser/", on_call.browser, name="on_call_browser"),
    path("support/on-call/<int:shift_id>/remove/", on_call.remove, name="on_call_remove"),
]
