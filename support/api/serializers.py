"""Incidents as JSON."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from centres.models import Centre, Device
from support.enums import Kind, Severity
from support.models import Incident
from support.models.incident import WHAT_LIMIT


class IncidentSerializer(serializers.ModelSerializer[Incident]):
    """What is open or was; nothing about who reported it."""

    centre = serializers.SerializerMethodField()

    class Meta:
        model = Incident
        fields = (
            "id", "kind", "severity", "source", "what", "centre", "state", "count", "reported_at", "last_at",
            "respond_by", "resolve_by", "acknowledged_at", "resolved_at",
        )  # fmt: skip

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_centre(self, incident: Incident) -> str | None:
        return incident.centre.code if incident.centre else None


class NewIncidentSerializer(serializers.Serializer[Incident]):
    """A report. Equal ``fingerprint``, one open incident: it is counted."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    severity = serializers.ChoiceField(choices=Severity.choices)
    what = serializers.CharField(max_length=WHAT_LIMIT)
    centre = serializers.SlugRelatedField(
        slug_field="code", queryset=Centre.objects.filter(is_active=True), required=False, allow_null=True
    )
    device = serializers.PrimaryKeyRelatedField(
        queryset=Device.objects.filter(revoked_at__isnull=True), required=False, allow_null=True
    )
    page = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    errors_seen = serializers.ListField(child=serializers.CharField(max_length=2000), max_length=20, required=False)
    fingerprint = serializers.CharField(max_length=200, required=False, allow_blank=True)
