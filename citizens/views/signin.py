"""Sign-in of staff by name and password; who tried too often is told to wait by django-axes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

from citizens.views.staff_sessions import note_sign_in
from portal import typed


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """Goes on to where the person wanted to go (``next``, on this site only), else to their room.

    What they had typed when their session ended goes with them (``portal.typed``) and is offered again.
    """

    # Without PUT, which Django's form views take for a POST.
    http_method_names = ["get", "post", "head", "options"]
    template_name = "registration/login.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "username" in request.POST:
            return super().post(request, *args, **kwargs)
        # From the page that offers what somebody else typed: it goes along to their sign-in.
        return self.render_to_response(self.get_context_data(form=self.form_class(request)))

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        signed_in = super().form_valid(form)
        note_sign_in(self.request, form.get_user())
        kept = typed.unsealed(self.request.POST.get(typed.FIELD, ""))
        return typed.offer_again(self.request, kept) if kept else signed_in

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept = getattr(self.request, "typed", None) or typed.unsealed(self.request.POST.get(typed.FIELD, ""))
        return super().get_context_data(**kwargs, typed=typed.sealed(kept) if kept else "")
