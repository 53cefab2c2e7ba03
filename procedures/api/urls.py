from django.urls import path

from procedures.api import views

urlpatterns = [
    path("procedures/", views.ProcedureList.as_view(), name="api_procedures"),
    path("procedures/<str:code>/", views.ProcedureDetail.as_view(), name="api_procedure"),
    path("procedures/<str:code>/quote", views.ProcedureQuote.as_view(), name="api_quote"),
    path("units/", views.UnitSearch.as_view(), name="api_units"),
    path("units/resolve", views.UnitResolve.as_view(), name="api_unit_resolve"),
]
