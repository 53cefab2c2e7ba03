"""Addresses of originals in custody and of the lists by which they are handed over."""

from django.urls import path

from applications.views import originals

patterns = [
    path("desk/originals/", originals.originals, name="originals"),
    path("desk/originals/lists/", originals.lists, name="transfer_lists"),
    path("desk/originals/lists/<int:pk>/", originals.transfer_list, name="transfer_list"),
    path("desk/originals/lists/<int:pk>.pdf", originals.printed, name="transfer_list_print"),
]
