"""Addresses of this app: the desk's, the certification's and the declaration's own, and those of dossiers and citizens."""

from django.urls import path

from applications import urls_certify, urls_declare, urls_desk, urls_registers, urls_scans, urls_signing
from applications.views import (
    citizen,
    citizen_notices,
    citizen_papers,
    citizen_place,
    declaration,
    dossier,
    manager,
    moved_days,
    outages,
    worklist,
)

app_name = "applications"
urlpatterns = [
    *urls_desk.patterns,
    # Before the addresses that a copy's code follows: "closings" is none.
    *urls_registers.patterns,
    *urls_certify.patterns,
    *urls_declare.patterns,
    *urls_scans.patterns,
    *urls_signing.patterns,
    path("desk/matters/<int:application_id>/form.pdf", declaration.declaration, name="declaration"),
    path("desk/dossiers/<int:pk>/receipt.pdf", dossier.receipt, name="receipt"),
    path("dossiers/", worklist.worklist, name="worklist"),
    path("dossiers/moved-days/", moved_days.moved_days, name="moved_days"),
    path("dossiers/outages/<int:outage_id>/", outages.outage, name="outage"),
    path("dossiers/<int:pk>/", dossier.show, name="dossier"),
    path("dossiers/<int:pk>/<slug:key>/", dossier.act, name="dossier_act"),
    path("day/dossiers/", manager.day_dossiers, name="day_dossiers"),
    path("day/certified/", manager.day_certified, name="day_certified"),
    path("day/certified/days/", manager.certified_days, name="certified_days"),
    path("track/", citizen.track, name="track"),
    path("t/sw.js", citizen_notices.worker, name="push_worker"),
    path("t/<str:token>/", citizen.ticket, name="ticket"),
    path("t/<str:token>/hold/", citizen_place.hold_place, name="hold"),
    path("t/<str:token>/back/", citizen_place.back_again, name="back_again"),
    path("t/<str:token>/here/", citizen_place.here_after_all, name="here_after_all"),
    path("t/<str:token>/cancel/", citizen_place.give_back, name="give_back"),
    path("t/<str:token>/why/", citizen_place.ask_why, name="why"),
    path("t/<str:token>/tell/sms/", citizen_notices.by_sms, name="tell_by_sms"),
    path("t/<str:token>/tell/browser/", citizen_notices.by_push, name="tell_by_push"),
    path("t/<str:token>/tell/stop/", citizen_notices.stop, name="do_not_tell"),
    path("t/<str:token>/papers/", citizen_papers.which, name="check_papers"),
    path("t/<str:token>/papers/<slug:key>/", citizen_papers.question, name="check_question"),
    path("t/<str:token>/papers/<slug:key>/back-with/<slug:paper>/", citizen_papers.come_back, name="check_come_back"),
    path("t/<str:token>/rate/", citizen.rate_visit, name="rate_visit"),
    path("t/<str:token>/receipt.pdf", citizen.receipt_for_citizen, name="public_receipt"),
]
