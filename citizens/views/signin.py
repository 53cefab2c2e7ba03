"""Sign-in of staff by name and password; who tried too often is told to wait by django-axes."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.utils.decorators import method_decorator


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """Goes on to where the person wanted to go (``next``, on this site only), else to their room."""

    # Without PUT, which Django's form views take for a POST.
    http_method_names = ["get", "post", "head", "options"]
    template_name = "registration/login.html"
