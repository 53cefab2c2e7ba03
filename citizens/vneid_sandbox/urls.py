"""Addresses of the sandbox: choosing a made-up person, and allauth's own."""

from django.urls import include, path

from citizens.vneid_sandbox.views import choose

urlpatterns = [
    path("", include("allauth.idp.urls")),
    path("people/", choose, name="account_login"),
]
