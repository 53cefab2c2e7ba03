"""The API of this app."""

from __future__ import annotations

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from citizens.api.permissions import IsStaff
from citizens.api.serializers import ParsedCardSerializer, ScanSerializer
from portal import clock
from portal.api import ProblemSerializer
from portal.vn.card_qr import ParsedCard, parse_card
from procedures.units import resolve_old_address

PROBLEM = OpenApiResponse(ProblemSerializer)


@method_decorator(never_cache, name="dispatch")
class ParseCard(APIView):
    """Read the QR code of an ID card as a scanner typed it. Nothing is stored or logged."""

    permission_classes = [IsStaff]

    @extend_schema(
        operation_id="id_card_parse",
        request=ScanSerializer,
        responses={200: ParsedCardSerializer, 400: PROBLEM, 401: PROBLEM, 403: PROBLEM},
        tags=["id-cards"],
    )
    def post(self, request: Request) -> Response:
        scan = ScanSerializer(data=request.data)
        scan.is_valid(raise_exception=True)
        card = parse_card(scan.validated_data["payload"], clock.today())
        return Response(ParsedCardSerializer(_shown(card)).data)


def _shown(card: ParsedCard) -> dict[str, object]:
    return {
        "fields": card,
        "address": resolve_old_address(card.residence) if card.residence else None,
        "warnings": card.warnings,
        "errors": card.errors,
    }
