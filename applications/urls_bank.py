"""Addresses of transfers: the bank's own, and the lists of those who look after them."""

from django.urls import path

from applications.views import bank, bank_day, bank_notice

patterns = [
    path("bank/notices/", bank_notice.take, name="bank_notice"),
    path("bank/statements/", bank_day.statements, name="bank_statements"),
    path("bank/statements/<int:pk>/", bank_day.statement, name="bank_statement"),
    path("bank/day/", bank_day.day, name="bank_day"),
    path("bank/", bank.to_match, name="bank"),
    path("bank/<int:pk>/match/", bank.match, name="bank_match"),
    path("bank/<int:pk>/aside/", bank.aside, name="bank_aside"),
]
