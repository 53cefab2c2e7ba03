"""API addresses of this app."""

from django.urls import path

from support.api import views

urlpatterns = [path("incidents/", views.IncidentList.as_view(), name="api_incidents")]
