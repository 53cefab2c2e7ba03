"""Addresses of the public catalogue."""

from django.urls import path

from procedures.views import citizen

app_name = "procedures"
urlpatterns = [
    path("procedures/", citizen.find, name="list"),
    path("procedures/event/<slug:key>/", citizen.of_event, name="event"),
    path("procedures/field/<slug:code>/", citizen.of_field, name="field"),
    path("procedures/<str:code>/", citizen.detail, name="detail"),
    path("procedures/<str:code>/form.pdf", citizen.blank, name="form"),
    path("units/", citizen.units, name="units"),
]
