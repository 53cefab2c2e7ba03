"""Addresses that the whole site knows by a name without this app's namespace."""

from django.urls import path

from centres.views.room import room

urlpatterns = [path("room/", room, name="room")]
