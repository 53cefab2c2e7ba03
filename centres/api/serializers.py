"""What goes in and out of the API of this app. Nothing about the person behind a number."""

from __future__ import annotations

from typing import Any

from django.db.models import BigAutoField
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from centres.actions.draw import CLIENT_KEY
from centres.actions.park import KINDS
from centres.enums import SEEN_GROUNDS, ParkKind, PriorityGround
from centres.models import Centre, Counter, Service, Ticket
from portal.prepared import Given, Prepared

_SERVICE = Prepared(lambda: Service.objects.select_related("centre").filter(pk=Given("service", BigAutoField())))


class WordsField(serializers.DictField):
    """A text in the languages there are: ``vi`` always, ``en`` and ``ko`` where known."""

    child = serializers.CharField()


class WaitingSerializer(serializers.Serializer[Service]):
    """A service and how many people wait for it now."""

    id = serializers.IntegerField()
    letter = serializers.CharField()
    title = WordsField()
    is_open = serializers.BooleanField()
    waiting = serializers.IntegerField()


class RangeSerializer(serializers.Serializer[Any]):
    """What somebody who comes now waits: three in five waits lie inside."""

    low_minutes = serializers.IntegerField()
    high_minutes = serializers.IntegerField()
    as_of = serializers.DateTimeField()


class ExpectedSerializer(WaitingSerializer):
    expected_wait = RangeSerializer(allow_null=True, help_text="Null where it is not known yet.")


class AccuracySerializer(serializers.Serializer[Any]):
    """Waits foretold at the drawing of a number in the last seven days, and what came."""

    first = serializers.DateField()
    last = serializers.DateField()
    count = serializers.IntegerField()
    percent = serializers.IntegerField(allow_null=True, help_text="Of 100 waits, inside; null where there are too few.")


class CentreSerializer(serializers.ModelSerializer[Centre]):
    name = WordsField()
    short_name = WordsField()
    weekly_hours = serializers.DictField(
        child=serializers.ListField(child=serializers.ListField(child=serializers.CharField())),
        help_text="By weekday, 1 is Monday: pairs of local times.",
    )
    services = WaitingSerializer(many=True, source="queues")

    class Meta:
        model = Centre
        fields = ["id", "code", "name", "short_name", "address", "weekly_hours", "keeps_hours", "services"]


class CentreDetailSerializer(CentreSerializer):
    gives_numbers = serializers.BooleanField(help_text="Whether a number can be drawn now.")
    hours_today = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), help_text="Pairs of local times."
    )
    services = ExpectedSerializer(many=True, source="queues")
    accuracy = AccuracySerializer()

    class Meta(CentreSerializer.Meta):
        fields = [*CentreSerializer.Meta.fields, "gives_numbers", "hours_today", "accuracy"]


class TicketServiceSerializer(serializers.ModelSerializer[Service]):
    title = WordsField()

    class Meta:
        model = Service
        fields = ["id", "letter", "title"]


class TicketSerializer(serializers.ModelSerializer[Ticket]):
    service = TicketServiceSerializer()
    label = serializers.CharField(help_text="As people read it: A012.")  # type: ignore[assignment]
    counter = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields = [
            "id", "centre", "day", "label", "service", "state", "priority", "counter", "queue_at", "issued_at",
            "first_called_at", "called_at", "calls", "recalls", "jumped", "arrived_at", "finished_at", "park_kind",
            "park_reason", "back_by", "waited_s", "walked_s", "served_s", "parked_s",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_counter(self, ticket: Ticket) -> int | None:
        """The number of the counter."""
        return ticket.counter.number if ticket.counter else None


class DrawnTicketSerializer(TicketSerializer):
    """Only whoever draws a number gets its token."""

    class Meta(TicketSerializer.Meta):
        fields = [*TicketSerializer.Meta.fields, "token"]
        read_only_fields = fields


class ServiceField(serializers.PrimaryKeyRelatedField[Service]):
    """A service by its number, with its centre; every number drawn asks for one."""

    def to_internal_value(self, data: Any) -> Service:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("incorrect_type", data_type=type(data).__name__)
        try:
            service = _SERVICE.first(service=int(data))
        except ValueError:
            self.fail("incorrect_type", data_type=type(data).__name__)
        if service is None:
            self.fail("does_not_exist", pk_value=data)
        return service


class DrawSerializer(serializers.Serializer[Any]):
    service = ServiceField(queryset=Service.objects.all())
    client_key = serializers.RegexField(
        f"^{CLIENT_KEY.pattern}$", help_text="Made by the client: the same key gives the same ticket."
    )
    ground = serializers.ChoiceField(
        choices=[(ground.value, ground.label) for ground in [PriorityGround.NONE, *SEEN_GROUNDS]],
        default=PriorityGround.NONE.value,
    )
    reason = serializers.CharField(
        max_length=200, allow_blank=True, default="", help_text="Staff: why a number although the day is full."
    )
    language = serializers.ChoiceField(choices=["vi", "en", "ko"], default="vi")


class ParkSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(
        choices=[(kind.value, kind.label) for kind in KINDS], default=ParkKind.FETCHING.value
    )
    reason = serializers.CharField(max_length=120, allow_blank=True, default="")


class TransferSerializer(serializers.Serializer[Any]):
    service = serializers.PrimaryKeyRelatedField(queryset=Service.objects.all(), allow_null=True, default=None)
    counter = serializers.PrimaryKeyRelatedField(
        queryset=Counter.objects.all(), allow_null=True, default=None, help_text="The counter's id."
    )
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200)


class LeaveSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class PrioritySerializer(ReasonSerializer):
    ground = serializers.ChoiceField(
        choices=[("", PriorityGround.NONE.label), *((ground.value, ground.label) for ground in SEEN_GROUNDS)]
    )


class HoldSerializer(serializers.Serializer[Any]):
    back_by = serializers.DateTimeField(help_text="Until when the place is kept.")
    reason = serializers.CharField(max_length=120, allow_blank=True, default="")
