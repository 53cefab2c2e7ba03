"""Addresses of this app. ``login`` and ``logout`` are the whole site's, so they carry no namespace."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from citizens.views import me, staff_sessions, vneid
from citizens.views.first_sign_in import FirstSignIn
from citizens.views.signin import SignIn
from citizens.vneid import PROVIDER

urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("first-sign-in/<str:token>/<str:uidb64>/", FirstSignIn.as_view(), name="first_sign_in"),
    path("sessions/", staff_sessions.sessions, name="sessions"),
    path("sessions/end/", staff_sessions.end, name="sessions_end"),
    path("me/sign-in/", me.sign_in, name="me_sign_in"),
    path("me/code/", me.code, name="me_code"),
    path("me/sign-out/", me.sign_out, name="me_sign_out"),
    path("me/vneid/", vneid.begin, name="me_vneid"),
    # By the name under which allauth looks for the way back.
    path("me/vneid/back/", vneid.back, {"provider_id": PROVIDER}, name="openid_connect_callback"),
    path("me/card/", me.claim, name="me_claim"),
    path("me/card/untie/", me.release, name="me_release"),
]
