"""Centres for everyone, tickets for staff, and numbers for kiosks: the same actions as the pages call."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.db.models import BigAutoField, Prefetch, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from centres import hours
from centres.actions.draw import draw
from centres.api import serializers
from centres.api.authentication import DeviceAuthentication
from centres.enums import AT_COUNTER, Role, TicketState
from centres.estimate.accuracy import last_week
from centres.estimate.now import with_waits
from centres.in_line import how_many_wait
from centres.models import Centre, Device, Service, Ticket
from centres.permissions import STAFF, has_role
from citizens.api.authentication import TokenAuthentication
from citizens.models import User
from portal import clock
from portal.api import ProblemSerializer, shown, taken
from portal.errors import NotAllowed
from portal.prepared import Given, Prepared

_TICKET = Prepared(
    lambda: Ticket.objects.select_related("service", "counter").filter(pk=Given("ticket", BigAutoField()))
)
PROBLEMS = {403: ProblemSerializer, 404: ProblemSerializer, 409: ProblemSerializer}


class IsStaff(BasePermission):
    """Somebody with a role at a centre today."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return has_role(request.user, STAFF)


class StaffOrKiosk(IsStaff):
    """Staff for everything; a kiosk may draw, and nothing else."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if isinstance(request.auth, Device):
            return request.method == "POST"
        return super().has_permission(request, view)


@method_decorator(login_not_required, name="dispatch")
class CentreList(generics.ListAPIView[Centre]):
    """Every centre with how many people wait for each service."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    filter_backends = ()
    pagination_class = None
    serializer_class = serializers.CentreSerializer

    def get_queryset(self) -> QuerySet[Centre]:
        return _centres()

    @extend_schema(operation_id="centres_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


@method_decorator(login_not_required, name="dispatch")
class CentreDetail(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="centres_detail", responses={200: serializers.CentreDetailSerializer, 404: ProblemSerializer}
    )
    def get(self, request: Request, code: str) -> Response:
        """One centre: its hours, whether numbers are given now, who waits for what, and how long a newcomer waits."""
        centre: Any = get_object_or_404(_centres(), code=code)
        at = clock.now()
        centre.gives_numbers = hours.gives_numbers(centre, at)
        today = hours.hours_on(centre, clock.local_day(at))
        centre.hours_today = [[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in today]
        centre.accuracy = last_week(centre, at)
        for service in with_waits(centre.queues, centre.pk, at):
            service.expected_wait = service.expected.minutes if service.expected else None
        return Response(serializers.CentreDetailSerializer(centre).data)


class TicketFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=TicketState.choices)

    class Meta:
        model = Ticket
        fields = ["centre", "service", "day", "state"]


class TicketList(generics.ListAPIView[Ticket]):
    authentication_classes = (DeviceAuthentication, TokenAuthentication, SessionAuthentication)
    permission_classes = (StaffOrKiosk,)
    serializer_class = serializers.TicketSerializer
    filterset_class = TicketFilter
    queryset = Ticket.objects.none()

    def get_queryset(self) -> QuerySet[Ticket]:
        return Ticket.objects.visible_to(self.request.user).select_related("service", "counter")

    @extend_schema(operation_id="tickets_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The numbers of the centres where the user works, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="tickets_draw",
        request=serializers.DrawSerializer,
        responses={201: serializers.DrawnTicketSerializer, 400: ProblemSerializer, **PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        """Draw a number. Sent again with the same key, it gives the same ticket."""
        sent = taken(serializers.DrawSerializer, request.data)
        asker: Any = request.auth
        device = asker if isinstance(asker, Device) else None
        user = None if device else cast(User, request.user)
        ticket = draw(**sent, device=device, at=clock.now(), acting_user=user)
        return Response(shown(serializers.DrawnTicketSerializer, ticket), status=201)


class TicketView(APIView):
    """For staff, about one ticket of a centre where they work; any other is not there."""

    permission_classes: tuple[type[BasePermission], ...] = (IsStaff,)

    def ticket(self, ticket_id: int) -> Ticket:
        ticket = _TICKET.first(ticket=ticket_id)
        if ticket is None or not has_role(self.request.user, STAFF, ticket.centre_id):
            raise Http404
        return ticket

    def to_move(self, ticket_id: int) -> Ticket:
        """The same, to act on: whoever stands at a counter is in the hands of its officer, or of a manager."""
        ticket = self.ticket(ticket_id)
        counter = ticket.counter if ticket.state in AT_COUNTER else None
        user = self.request.user
        if (
            counter
            and counter.officer_id not in (None, user.pk)
            and not has_role(user, {Role.MANAGER}, ticket.centre_id)
        ):
            raise NotAllowed(
                _("Number %(label)s is at counter %(number)s. Only its officer or the manager can do this.")
                % {"label": ticket.label, "number": counter.number},
                code="other_counter",
            )
        return ticket

    def answer(self, ticket: Ticket) -> Response:
        return Response(shown(serializers.TicketSerializer, ticket))

    def sent(self, serializer: type[serializers.serializers.Serializer[Any]]) -> dict[str, Any]:
        return taken(serializer, self.request.data)

    @property
    def now_by_user(self) -> dict[str, Any]:
        return {"at": clock.now(), "acting_user": self.request.user}


class TicketDetail(TicketView):
    @extend_schema(operation_id="tickets_detail", responses={200: serializers.TicketSerializer, 404: ProblemSerializer})
    def get(self, request: Request, ticket_id: int) -> Response:
        """One number."""
        return self.answer(self.ticket(ticket_id))


def _centres() -> QuerySet[Centre]:
    """Active centres, each with ``queues``: its services and how many wait. Two statements however many."""
    services = Service.objects.annotate(waiting=how_many_wait(clock.today()))
    return Centre.objects.filter(is_active=True).prefetch_related(
        Prefetch("services", queryset=services, to_attr="queues")
    )
