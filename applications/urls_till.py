"""Addresses of day closings: the cashier's and the manager's."""

from django.urls import path

from applications.views import till

patterns = [
    path("desk/till/", till.till, name="till"),
    path("desk/till/<int:pk>/", till.day_closing, name="day_closing"),
    path("desk/till/<int:pk>/correct/", till.correct, name="correct_day_closing"),
    path("desk/till/<int:pk>/countersign/", till.countersign, name="countersign_day_closing"),
    path("desk/till/<int:pk>.pdf", till.paper, name="day_closing_paper"),
    path("day/till/", till.day_closings, name="day_closings"),
]
