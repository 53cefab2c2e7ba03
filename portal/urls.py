"""Addresses, wired by name. Each app's patterns carry their own prefixes."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.utils.translation import gettext_lazy
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView

from portal import views

# One way to sign in: what it asks for, and what is noted of it, holds for the administration too.
admin.site.login = views.sign_in_for_admin  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = gettext_lazy("One-stop Hanoi")

urlpatterns = [
    # First: a counter's program asks more often than anyone, and patterns are tried in order.
    path(
        "api/v1/",
        include(
            [
                path("", include("procedures.api.urls")),
                path("", include("citizens.api.urls")),
                path("", include("centres.api.urls")),
                path("", include("support.api.urls")),
                path("", include("applications.api.urls")),
                path("schema/", login_not_required(SpectacularAPIView.as_view()), name="api_schema"),
            ]
        ),
    ),
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("large-print/", views.large_print, name="large_print"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("admin/", admin.site.urls),
    path("", include("procedures.urls")),
    path("", include("citizens.urls")),
    path("", include("centres.urls_site")),
    path("", include("centres.urls")),
    path("", include("support.urls")),
    path("", include("applications.urls")),
]
handler404 = "portal.views.not_found"
handler500 = "portal.views.server_error"
