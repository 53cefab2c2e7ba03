"""Incidents over the API: monitoring reports them, support reads them."""

from __future__ import annotations

from typing import Any, cast

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from centres.permissions import roles_of
from citizens.models import User
from portal import clock
from portal.api import ProblemSerializer, shown, taken
from support.actions.report import report
from support.api import serializers
from support.enums import IncidentState, Kind, Source
from support.models import Incident
from support.querysets import IncidentQuerySet


class WorksHere(IsAuthenticated):
    """Whoever holds a role today, support included."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return super().has_permission(request, view) and bool(roles_of(request.user))


class IncidentFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=IncidentState.choices)
    kind = filters.ChoiceFilter(choices=Kind.choices)

    class Meta:
        model = Incident
        fields = ["state", "kind"]


class IncidentList(generics.ListAPIView[Incident]):
    permission_classes = (WorksHere,)
    serializer_class = serializers.IncidentSerializer
    filterset_class = IncidentFilter
    queryset = Incident.objects.none()

    def get_queryset(self) -> IncidentQuerySet:
        return Incident.objects.visible_to(self.request.user).select_related("centre")

    @extend_schema(operation_id="incidents_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The incidents you may see, newest first, by pages of thirty."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="incidents_report",
        request=serializers.NewIncidentSerializer,
        responses={201: serializers.IncidentSerializer, 400: ProblemSerializer, 403: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        """Report that something does not work. An equal report is counted, and the open incident comes back."""
        sent = taken(serializers.NewIncidentSerializer, request.data)
        errors = sent.pop("errors_seen", [])
        made = report(**sent, errors=errors, source=Source.API, at=clock.now(), acting_user=cast(User, request.user))
        return Response(shown(serializers.IncidentSerializer, made), status=201)
