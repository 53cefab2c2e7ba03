"""Addresses of registers: for those who keep them, and their closings for anyone."""

from django.urls import path

from applications.views import closings, registers

patterns = [
    path("registers/", registers.registers, name="registers"),
    path("registers/<int:pk>/", registers.register, name="register"),
    path("registers/<int:pk>/hand-over/", registers.hand_over, name="hand_over_register"),
    path("registers/<int:pk>/close/", registers.close, name="close_register"),
    path("registers/<int:pk>/<int:number>/strike/", registers.strike, name="strike_entry"),
    path("registers/<int:pk>/<str:month>.pdf", registers.month, name="register_month"),
    path("verify/closings/", closings.closings, name="closings"),
    path("verify/closings/<str:day>.json", closings.closing_json, name="closing_json"),
    path("verify/closings/<str:day>.pdf", closings.closing_pdf, name="closing_pdf"),
    path("verify/closings/<str:day>/", closings.closing, name="closing"),
]
