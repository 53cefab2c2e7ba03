"""Addresses of this app. ``login`` and ``logout`` are the whole site's, so they carry no namespace."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from citizens.views.first_sign_in import FirstSignIn
from citizens.views.signin import SignIn

urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("first-sign-in/<str:token>/<str:uidb64>/", FirstSignIn.as_view(), name="first_sign_in"),
]
