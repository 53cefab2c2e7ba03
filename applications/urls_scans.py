"""Addresses of scans at the desk, and of the phone that sends pictures. The token after ``capture/`` stands in no log
(``portal.logs``)."""

from django.urls import path

from applications.views import capture, scans

_SCAN = "desk/matters/<int:application_id>/scans/<slug:slot>/"
patterns = [
    path(_SCAN, scans.show, name="scan_field"),
    path(f"{_SCAN}add/", scans.add, name="scan_add"),
    path(f"{_SCAN}phone/", scans.phone, name="scan_phone"),
    path(f"{_SCAN}phone/stop/", scans.stop_phone, name="scan_phone_stop"),
    path(f"{_SCAN}pages/<int:page_id>/", scans.page, name="scan_page"),
    path(f"{_SCAN}pages/<int:page_id>/mend/", scans.mend, name="scan_mend"),
    path(f"{_SCAN}pages/<int:page_id>/picture.jpg", scans.picture, name="scan_picture"),
    path("capture/<str:token>/", capture.capture, name="capture"),
    path("capture/<str:token>/pages/<int:page_id>.jpg", capture.picture, name="capture_picture"),
]
