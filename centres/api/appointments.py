"""Booking by programs: free times and appointments for everybody, checking in for kiosks and staff."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from centres import booking
from centres.actions.book import book
from centres.actions.cancel_appointment import cancel_appointment
from centres.actions.check_in import check_in
from centres.actions.draw import CLIENT_KEY
from centres.actions.move_appointment import move_appointment
from centres.api.authentication import DeviceAuthentication
from centres.api.serializers import DrawnTicketSerializer, ServiceField, TicketServiceSerializer
from centres.api.views import StaffOrKiosk
from centres.booking_access import count_try
from centres.enums import SEEN_GROUNDS, PriorityGround
from centres.models import Appointment, Device, Service
from citizens.api.authentication import TokenAuthentication
from citizens.models import User
from portal import clock
from portal.api import ProblemSerializer, shown, taken
from portal.errors import BadInput
from portal.vn.phones import parse_mobile
from portal.vn.problems import InvalidValue
from procedures.models import Procedure

KEY = f"^{CLIENT_KEY.pattern}$"
PROBLEMS = {400: ProblemSerializer, 404: ProblemSerializer, 409: ProblemSerializer, 429: ProblemSerializer}


class FreeSlotSerializer(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    free = serializers.IntegerField()


class DaySlotsSerializer(serializers.Serializer[Any]):
    """One day that can be booked, with its slots that have not begun."""

    day = serializers.DateField()
    slots = FreeSlotSerializer(many=True)


class AppointmentSerializer(serializers.ModelSerializer[Appointment]):
    """An appointment for whoever has its token; nothing about the person."""

    service = TicketServiceSerializer()
    ticket = serializers.SerializerMethodField()

    class Meta:
        model = Appointment
        fields = [
            "token", "code", "centre", "service", "day", "starts_at", "ends_at", "on_time_from", "on_time_until", "state",
            "ticket",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_ticket(self, appointment: Appointment) -> str | None:
        """The number it became."""
        return appointment.ticket.label if appointment.ticket else None


class BookSerializer(serializers.Serializer[Any]):
    service = ServiceField(queryset=Service.objects.all())
    starts_at = serializers.DateTimeField(help_text="Of a free slot.")
    client_key = serializers.RegexField(KEY, help_text="Made by the client: the same key gives the same appointment.")
    full_name = serializers.CharField(max_length=100)
    phone = serializers.CharField(max_length=30)
    email = serializers.EmailField(max_length=200, allow_blank=True, default="")
    identity_number = serializers.CharField(
        max_length=30, allow_blank=True, default="", help_text="Only for the limits; a keyed hash of it is kept."
    )
    procedure = serializers.SlugRelatedField(
        slug_field="code", queryset=Procedure.objects.all(), allow_null=True, default=None
    )
    language = serializers.ChoiceField(choices=["vi", "en", "ko"], default="vi")


class MoveSerializer(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField(help_text="Of a free slot.")
    client_key = serializers.RegexField(KEY)


class CheckInSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=32, allow_blank=True, default="")
    code = serializers.RegexField(r"^[0-9]{6}$", allow_blank=True, default="", help_text="Of today, at this centre.")
    centre = serializers.IntegerField(
        allow_null=True,
        default=None,
        min_value=1,
        max_value=2**31,
        help_text="For a code sent by staff; a kiosk has one.",
    )
    ordinary = serializers.BooleanField(default=False, help_text="Take an ordinary number when early or late.")
    ground = serializers.ChoiceField(
        choices=[(ground.value, ground.label) for ground in [PriorityGround.NONE, *SEEN_GROUNDS]],
        default=PriorityGround.NONE.value,
    )


class Public(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)


@method_decorator(login_not_required, name="dispatch")
class Slots(Public):
    @extend_schema(
        operation_id="slots_list",
        responses={200: DaySlotsSerializer(many=True), 404: ProblemSerializer},
    )
    def get(self, request: Request, code: str, letter: str) -> Response:
        """Free times of a service, today from now on and the days that can be booked."""
        service = get_object_or_404(
            Service.objects.select_related("centre"),
            centre__code=code,
            centre__is_active=True,
            centre__in_preparation=False,
            letter=letter,
        )
        days = [
            {
                "day": offer.day,
                "slots": [
                    {"starts_at": slot.starts_at, "ends_at": slot.ends_at, "free": free}
                    for slot, free in offer.slots
                    if free
                ],
            }
            for offer in booking.offers(service, clock.now())
        ]
        return Response(DaySlotsSerializer(days, many=True).data)


@method_decorator(login_not_required, name="dispatch")
class Appointments(Public):
    @extend_schema(
        operation_id="appointments_book", request=BookSerializer, responses={201: AppointmentSerializer, **PROBLEMS}
    )
    def post(self, request: Request) -> Response:
        """Book a slot. Sent again with the same key, it gives the same appointment; its token is the key to it."""
        sent = taken(BookSerializer, request.data)
        try:
            phone = parse_mobile(sent["phone"])
        except InvalidValue as error:
            raise BadInput(error.message, code=error.code, field="phone") from None
        count_try(request, phone)
        return Response(shown(AppointmentSerializer, book(**sent, at=clock.now())), status=201)


@method_decorator(login_not_required, name="dispatch")
class AppointmentDetail(Public):
    @extend_schema(operation_id="appointments_detail", responses={200: AppointmentSerializer, 404: ProblemSerializer})
    def get(self, request: Request, token: str) -> Response:
        """One appointment by its token."""
        return Response(shown(AppointmentSerializer, by_token(token)))


@method_decorator(login_not_required, name="dispatch")
class Cancel(Public):
    @extend_schema(operation_id="appointments_cancel", request=None, responses={200: AppointmentSerializer, **PROBLEMS})
    def post(self, request: Request, token: str) -> Response:
        """Give the place back."""
        row = cancel_appointment(appointment=by_token(token), at=clock.now())
        return Response(shown(AppointmentSerializer, row))


@method_decorator(login_not_required, name="dispatch")
class Move(Public):
    @extend_schema(
        operation_id="appointments_move", request=MoveSerializer, responses={201: AppointmentSerializer, **PROBLEMS}
    )
    def post(self, request: Request, token: str) -> Response:
        """Move it to another free slot: a new appointment with a token and a code of its own."""
        sent = taken(MoveSerializer, request.data)
        appointment = by_token(token)
        count_try(request, appointment.phone or token)
        made = move_appointment(appointment=appointment, **sent, at=clock.now())
        return Response(shown(AppointmentSerializer, made), status=201)


class CheckIn(APIView):
    authentication_classes = (DeviceAuthentication, TokenAuthentication, SessionAuthentication)
    permission_classes = (StaffOrKiosk,)

    @extend_schema(
        operation_id="appointments_check_in",
        request=CheckInSerializer,
        responses={201: DrawnTicketSerializer, 403: ProblemSerializer, **PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        """The person has come: their number. Named by token, or by today's code at a centre."""
        sent = taken(CheckInSerializer, request.data)
        asker: Any = request.auth
        device = asker if isinstance(asker, Device) else None
        centre = device.centre_id if device else sent["centre"]
        ticket = check_in(
            appointment=_named(sent["token"], sent["code"], centre),
            ordinary=sent["ordinary"],
            ground=sent["ground"],
            device=device,
            at=clock.now(),
            acting_user=None if device else cast(User, request.user),
        )
        return Response(shown(DrawnTicketSerializer, ticket), status=201)


def by_token(token: str) -> Appointment:
    """Raises ``Http404``."""
    row = Appointment.objects.filter(token=token).select_related("centre", "service__centre", "ticket").first()
    if row is None:
        raise Http404
    return row


def _named(token: str, code: str, centre_id: int | None) -> Appointment:
    if token:
        return by_token(token)
    if not code or centre_id is None:
        raise BadInput(_("Name the appointment: its token, or its code and the centre."), code="unnamed", field="token")
    rows = Appointment.objects.filter(centre=centre_id, day=clock.today(), code=code)
    row = rows.select_related("centre", "service__centre", "ticket").first()
    if row is None:
        raise Http404
    return row
