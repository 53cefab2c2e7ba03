"""Choosing who one is, in the place of a password and a face."""

from __future__ import annotations

from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from citizens.vneid_sandbox.people import people


def choose(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the made-up people, and go on to what the portal asks."""
    onward = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(onward, allowed_hosts=None):
        onward = ""
    if request.method == "POST" and onward:
        user = get_object_or_404(get_user_model(), username=request.POST.get("person", ""))
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect(onward)
    return render(request, "vneid/people.html", {"people": people(), "next": onward})
