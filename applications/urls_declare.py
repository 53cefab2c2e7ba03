"""Addresses of a declaration made at home. The token after ``declare/`` stands in no log (``portal.logs``)."""

from django.urls import path

from applications.views import citizen_declare

patterns = [
    path("declare/for/<str:code>/", citizen_declare.start, name="declare_start"),
    path("declare/<str:token>/", citizen_declare.resume, name="declare"),
    path("declare/<str:token>/ask/<slug:key>/", citizen_declare.ask, name="declare_ask"),
    path("declare/<str:token>/fill/<slug:key>/", citizen_declare.fill, name="declare_fill"),
    path("declare/<str:token>/papers/", citizen_declare.papers, name="declare_papers"),
    path("declare/<str:token>/check/", citizen_declare.check, name="declare_check"),
    path("declare/<str:token>/done/", citizen_declare.done, name="declare_done"),
    path("declare/<str:token>/form.pdf", citizen_declare.form, name="declare_form"),
    path("declare/<str:token>/later/", citizen_declare.later, name="declare_later"),
    path("declare/<str:token>/delete/", citizen_declare.delete, name="declare_delete"),
    path("declare/<str:token>/rules/", citizen_declare.rules, name="declare_rules"),
]
