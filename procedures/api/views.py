"""The public catalogue: anyone may ask what a procedure needs, costs and takes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal import clock
from portal.api import ProblemSerializer
from portal.errors import RuleBroken
from procedures import catalogue_cache
from procedures.api import inputs, serializers
from procedures.models import ProcedureVersion
from procedures.quote import facts_asked, quote
from procedures.units import resolve_old_address, search_units

_DAY = OpenApiParameter("day", OpenApiTypes.DATE, description="The law of this day; today when not given.")
_WORDS = OpenApiParameter("q", OpenApiTypes.STR, description="What people say, with or without accents, with a slip.")
_QUOTE = [
    OpenApiParameter("received_at", OpenApiTypes.DATETIME, description="When it is handed in; now when not given."),
    OpenApiParameter("centre", OpenApiTypes.STR, description="Code of the centre: its hours count, and where it lies."),
    OpenApiParameter("facts", OpenApiTypes.STR, description="Keys of the facts that hold, with commas between."),
    OpenApiParameter("pages", OpenApiTypes.INT, description="Pages of the original, for fees by the page."),
    OpenApiParameter("copies", OpenApiTypes.INT, description="Copies wanted; 1 when not given."),
]


class NotInCatalogue(RuleBroken):
    status = 404


@method_decorator(login_not_required, name="dispatch")
class PublicView(APIView):
    """For everyone, signed in or not, and without looking at who asks."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class ProcedureList(PublicView):
    @extend_schema(
        operation_id="procedures_list",
        parameters=[_DAY, _WORDS],
        responses={200: serializers.ProcedureSerializer(many=True), 400: ProblemSerializer},
    )
    def get(self, request: Request) -> Response:
        """Every procedure in force, in the order of fields; with ``q`` those that answer it, the best first."""
        day = inputs.day(request.query_params, "day")
        procedures = [version.procedure for version in catalogue_cache.versions_on(day)]
        if "q" in request.query_params:
            in_force = {procedure.pk for procedure in procedures}
            found = catalogue_cache.procedure_index().search(inputs.text(request.query_params, "q"))
            procedures = [answer.procedure for answer in found if answer.procedure.pk in in_force]
        return Response(serializers.ProcedureSerializer(procedures, many=True).data)


class ProcedureDetail(PublicView):
    @extend_schema(
        operation_id="procedures_detail",
        parameters=[_DAY],
        responses={200: serializers.ProcedureDetailSerializer, 400: ProblemSerializer, 404: ProblemSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        """One procedure: papers, fees, limit, form, and the facts that matter for them."""
        version = _version(code, inputs.day(request.query_params, "day"))
        shown: dict[str, Any] = dict(serializers.ProcedureSerializer(version.procedure).data)
        shown |= {
            "handler": version.procedure.handler,
            "receive_at": version.procedure.receive_at,
            "other_codes": version.procedure.other_codes,
            "version": serializers.VersionSerializer(version).data,
            "facts": serializers.FactSerializer(facts_asked(version), many=True).data,
        }
        return Response(shown)


class ProcedureQuote(PublicView):
    @extend_schema(
        operation_id="procedures_quote",
        parameters=_QUOTE,
        responses={200: serializers.QuoteSerializer, 400: ProblemSerializer, 404: ProblemSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        """Papers, fee and due date for these facts, as the counter would say them."""
        params = request.query_params
        received_at = inputs.moment(params, "received_at")
        closes_at, of_centre = inputs.centre(params, "centre")
        answer = quote(
            _version(code, clock.local_day(received_at)),
            of_centre | inputs.facts(params, "facts"),
            received_at,
            catalogue_cache.load_calendar(),
            closes_at,
            pages=inputs.whole_number(params, "pages", inputs.MOST_PAGES),
            copies=inputs.whole_number(params, "copies", inputs.MOST_COPIES) or 1,
        )
        return Response(answer.as_json())


class UnitSearch(PublicView):
    @extend_schema(
        operation_id="units_search",
        parameters=[
            OpenApiParameter("q", OpenApiTypes.STR, required=True, description="A name, or name and district.")
        ],
        responses={200: serializers.FoundUnitSerializer(many=True), 400: ProblemSerializer},
    )
    def get(self, request: Request) -> Response:
        """Units of today and former ones by name, with or without diacritics."""
        found = search_units(inputs.text(request.query_params, "q"))
        return Response(serializers.FoundUnitSerializer(found, many=True).data)


class UnitResolve(PublicView):
    @extend_schema(
        operation_id="units_resolve",
        parameters=[OpenApiParameter("text", OpenApiTypes.STR, required=True, description="An address in Hanoi.")],
        responses={200: serializers.ResolutionSerializer, 400: ProblemSerializer},
    )
    def get(self, request: Request) -> Response:
        """The unit of today that an old address lies in; several candidates where it was split."""
        found = resolve_old_address(inputs.text(request.query_params, "text"))
        return Response(serializers.ResolutionSerializer(found).data)


def _version(code: str, day: date) -> ProcedureVersion:
    version = catalogue_cache.version_in_force(code, day)
    if version is None:
        raise NotInCatalogue(_("There is no such procedure in force on that day."), code="procedure_unknown")
    return version
