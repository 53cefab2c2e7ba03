"""Addresses of the city's administrator: the start page, and staff."""

from django.urls import path

from applications.views import city, legal, notices, retention, staff

patterns = [
    path("city/", city.city, name="city"),
    path("city/retention/", retention.retention, name="retention"),
    path("city/retention/make/", retention.make, name="retention_make"),
    path("city/retention/<int:pk>/", retention.listed, name="retention_list"),
    path("city/retention/<int:pk>/approve/", retention.approve, name="retention_approve"),
    path("city/law/", legal.law, name="law"),
    path("city/notices/", notices.notices, name="notices"),
    path("city/staff/", staff.staff, name="staff"),
    path("city/staff/join/", staff.join_staff, name="staff_join"),
    path("city/staff/<int:user_id>/", staff.person, name="staff_person"),
    path("city/staff/<int:user_id>/link/", staff.new_link, name="staff_link"),
    path("city/staff/<int:user_id>/leave/", staff.leave_staff, name="staff_leave"),
    path("city/staff/<int:user_id>/move/<slug:code>/", staff.move_staff, name="staff_move"),
    path("first-sign-in/", staff.after_first_sign_in, name="after_first_sign_in"),
]
