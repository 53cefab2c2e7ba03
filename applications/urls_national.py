"""Addresses of the national portal: its own, the city administrator's, and the desk's list of what was filed there."""

from django.urls import path

from applications.views import national, national_rows
from applications.views.desk import filed

patterns = [
    path("national/inbox/", national.inbox, name="national_inbox"),
    path("national/results/<str:signed>/", national.result, name="national_result"),
    path("national/", national_rows.rows, name="national"),
    path("national/push/", national_rows.push_all, name="national_push_all"),
    path("national/comparisons/", national_rows.checks, name="national_checks"),
    path("national/<int:pk>/", national_rows.row, name="national_row"),
    path("national/<int:pk>/push/", national_rows.push, name="national_push"),
    path("national/<int:pk>/skip/", national_rows.skip, name="national_skip"),
    path("desk/filed/", filed.filed, name="filed"),
    path("desk/filed/<int:pk>/open/", filed.open_one, name="open_filed"),
    path("desk/filed/<int:pk>/end/", filed.end_one, name="end_filed"),
]
