"""The first sign-in by a link that works once: the person chooses the password, and nobody else ever knows it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from citizens.models import User
from citizens.session import signed_in
from citizens.views.staff_sessions import note_sign_in


@method_decorator([login_not_required, require_http_methods(["GET", "HEAD", "POST"])], name="dispatch")
class FirstSignIn(PasswordResetConfirmView):
    """Signs in at once and goes on to the person's room, by way of the authenticator where they will need one."""

    template_name = "registration/first_sign_in.html"
    post_reset_login = True
    post_reset_login_backend = "django.contrib.auth.backends.ModelBackend"
    success_url = reverse_lazy("applications:after_first_sign_in")

    def form_valid(self, form: SetPasswordForm[User]) -> HttpResponse:
        answer = super().form_valid(form)
        note_sign_in(self.request, signed_in(self.request))
        return answer
