"""Dossiers over the API: the same rules and actions as on the pages."""

from __future__ import annotations

from typing import Any, cast

import django_filters
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from applications.actions.receive import NotComplete
from applications.actions.take_in import Handed, OtherPerson, Person, take_in
from applications.api import serializers
from applications.duplicates import Duplicate
from applications.enums import State
from applications.handling import BY_KEY, offered
from applications.looks import looked_at, looked_at_list
from applications.models import Application, Original, Paper
from applications.tracking import find_visit
from applications.tracking_access import NoSuchPair, open_by_code
from citizens.api.permissions import IsStaff
from citizens.models import User
from portal import clock
from portal.api import ProblemSerializer, shown, taken

PROBLEM = OpenApiResponse(ProblemSerializer)
REFUSALS = {400: PROBLEM, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM}


class ApplicationFilter(django_filters.FilterSet):
    state = django_filters.TypedChoiceFilter(choices=State.choices, coerce=int)

    class Meta:
        model = Application
        fields = ["state"]


@method_decorator(never_cache, name="dispatch")
class ApplicationList(ListAPIView[Application]):
    """Dossiers that you may see, newest first, by pages of thirty."""

    permission_classes = [IsStaff]
    serializer_class = serializers.ApplicationSerializer
    filterset_class = ApplicationFilter
    queryset = Application.objects.none()  # for the schema; what is shown depends on who asks

    def get_queryset(self) -> Any:
        rows = Application.objects.visible_to(self.request.user).exclude(state=State.DRAFT)
        return rows.select_related("applicant", "handler", "competent")

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        looked_at_list(applications=page or [], reason=_("list over the API"), at=clock.now(), user=self.request.user)
        return page

    @extend_schema(operation_id="applications_list", responses={401: PROBLEM, 403: PROBLEM, 404: PROBLEM})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


@method_decorator(never_cache, name="dispatch")
class ApplicationDetail(APIView):
    """One dossier."""

    permission_classes = [IsStaff]

    @extend_schema(
        operation_id="applications_retrieve",
        responses={200: serializers.ApplicationDetailSerializer, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, pk: int) -> Response:
        dossier = _dossier_or_404(request, pk)
        looked_at(application=dossier, reason=_("dossier over the API"), at=clock.now(), user=request.user)
        return _detail(request, dossier)


@method_decorator(never_cache, name="dispatch")
class TakeIn(APIView):
    """Receive a whole application in one request, for counters with a program of their own.

    Certification (2.000815 copies, 2.000884 signatures) is not taken in here, as no file is: each of its documents is scanned,
    held against what forbids certifying it, and signed by itself. It is refused with the code `at_the_desk`; the request
    is opened at the desk (`/desk/`), for the same number.
    """

    permission_classes = [IsStaff]

    @extend_schema(
        operation_id="applications_receive",
        request=serializers.TakeInSerializer,
        responses={
            201: serializers.ReceivedSerializer,
            400: PROBLEM,
            401: PROBLEM,
            403: PROBLEM,
            409: OpenApiResponse(serializers.MissingSerializer),
            410: PROBLEM,
            503: PROBLEM,
        },
    )
    def post(self, request: Request) -> Response:
        values = taken(serializers.TakeInSerializer, request.data)
        try:
            dossier, total = take_in(
                ticket_id=values["ticket"],
                handed=_handed(values),
                finish_ticket=values["finish_ticket"],
                at=clock.now(),
                acting_user=cast(User, request.user),
            )
        except (NotComplete, OtherPerson, Duplicate) as problem:
            refusal = {"code": problem.code, "message": str(problem), "field": problem.field, **problem.details}
            return Response(refusal, status=problem.status)
        answer = {**shown(serializers.ReceivedSerializer, dossier), "total": total}
        return Response(answer, status=status.HTTP_201_CREATED)


class ActionView(APIView):
    """One step of handling a dossier; ``verb`` is a key of ``applications.handling``."""

    permission_classes = [IsStaff]
    verb = ""
    serializer_class: Any = serializers.NothingSerializer

    def act(self, request: Request, pk: int) -> Response:
        dossier = _dossier_or_404(request, pk)
        given = self.serializer_class(data=request.data)
        given.is_valid(raise_exception=True)
        at = clock.now()
        BY_KEY[self.verb].do(dossier, given.validated_data, at, request.user)
        # The answer names the applicant, as the dossier itself does.
        looked_at(application=dossier, reason=_("dossier over the API"), at=at, user=request.user)
        return _detail(request, _dossier_or_404(request, pk))


def action_view(verb: str, serializer: Any = serializers.NothingSerializer) -> Any:
    """A view that does one verb by POST."""

    class View(ActionView):
        @extend_schema(
            operation_id=f"applications_{verb.replace('-', '_')}",
            request=serializer if serializer is not serializers.NothingSerializer else None,
            responses={200: serializers.ApplicationDetailSerializer, **REFUSALS},
        )
        def post(self, request: Request, pk: int) -> Response:
            return self.act(request, pk)

    View.verb, View.serializer_class, View.__doc__ = verb, serializer, str(BY_KEY[verb].done)
    return View.as_view()


@method_decorator(login_not_required, name="dispatch")
@method_decorator(never_cache, name="dispatch")
class Tracking(APIView):
    """Where a dossier stands, for whoever has its code and the last four digits of the phone. Names nobody."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="tracking",
        request=serializers.TrackSerializer,
        responses={200: serializers.TrackedSerializer, 400: PROBLEM, 404: PROBLEM, 429: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        given = serializers.TrackSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        code = "".join(given.validated_data["code"].split()).upper()
        found = open_by_code(request._request, code, given.validated_data["last4"])
        visit = find_visit(found.token, clock.now())
        dossier = next((row for row in visit.dossiers if row.application.pk == found.pk), None) if visit else None
        if dossier is None:
            raise NoSuchPair(_("This dossier was taken back a moment ago. Ask at the counter."), code="no_such_pair")
        return Response(serializers.TrackedSerializer(dossier).data)


def _handed(values: dict[str, Any]) -> Handed:
    return Handed(
        procedure=values["procedure"],
        person=Person(**values["citizen"]),
        papers={paper["kind"] for paper in values["papers"] if paper["there"]},
        originals={paper["kind"]: paper["originals"] for paper in values["papers"] if paper["there"]},
        facts=values["facts"],
        office=values["office"],
        form=values["form"],
        other_matter=values["other_matter"],
        acknowledged=values["acknowledged"],
        client_key=values["client_key"],
        phone=values["contact_phone"],
        email=values["contact_email"],
        delivery=values["delivery"],
        delivery_address=values["delivery_address"],
        pages=values["pages"],
        copies=values["copies"],
    )


def _dossier_or_404(request: Request, pk: int) -> Application:
    rows = (
        Application.objects.visible_to(request.user)
        .exclude(state=State.DRAFT)
        .select_related(
            "applicant", "handler", "competent", "helped_at", "received_at_centre", "result", "certification"
        )
        .prefetch_related(
            "steps",
            "supplements__part",
            "parts",
            "extensions",
            "withdrawals",
            "corrections",
            "issued_forms",
            "consultations",
            "payments",
            "fee_lines",
            Prefetch("papers", Paper.objects.select_related("kind", "requirement")),
            Prefetch("originals", Original.objects.select_related("paper__kind")),
        )
    )
    return get_object_or_404(rows, pk=pk)


def _detail(request: Request, dossier: Application) -> Response:
    actions = [verb.key for verb in offered(dossier, request.user)]
    return Response(serializers.ApplicationDetailSerializer(dossier, context={"actions": actions}).data)
