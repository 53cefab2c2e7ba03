"""API addresses of this app."""

from django.urls import path

from citizens.api.views import ParseCard

urlpatterns = [
    path("id-cards/parse", ParseCard.as_view(), name="api_id_card_parse"),
]
