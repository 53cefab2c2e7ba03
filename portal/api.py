"""What every API view shares: pages without counting, and errors as one shape."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from django_fsm import ConcurrentTransition, TransitionNotAllowed
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import exception_handler

from portal.errors import RuleBroken


class Pages(CursorPagination):
    """Pages by position, never by counting all rows."""

    page_size = 30
    ordering = "-id"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except ValueError as error:  # a position somebody made up
            raise NotFound(_("This page is not there. Begin with the first one.")) from error


class ProblemSerializer(serializers.Serializer[Any]):
    """How the API says that something cannot be done."""

    code = serializers.CharField(help_text="Stable name of the rule.")
    message = serializers.CharField(help_text="A sentence for the person, in the language of the request.")
    field = serializers.CharField(allow_null=True, help_text="The input it is about, if any.")


def errors_as_json(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as ``{"code", "message", "field"}``; bad input adds ``fields`` with its sentences."""
    if isinstance(error, RuleBroken):
        return _problem(error.code, str(error), error.field, error.status)
    if isinstance(error, ConcurrentTransition | TransitionNotAllowed):
        message = _("Somebody else has just changed this. Please look again.")
        return _problem("changed_meanwhile", message, None, status.HTTP_409_CONFLICT)
    if isinstance(error, RequestDataTooBig):
        message = _("This is larger than anything expected here. Please send less at a time.")
        return _problem("too_large", message, None, status.HTTP_400_BAD_REQUEST)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        message = _("Some of what was sent cannot be used. See the fields.")
        response.data = {"code": "invalid", "message": message, "field": None, "fields": error.detail}
    elif isinstance(error, APIException):
        response.data = {"code": error.get_codes(), "message": str(error.detail), "field": None}
    else:
        response.data = {"code": "not_found", "message": _("There is no such thing here."), "field": None}
    return response


def _problem(code: str, message: str, field: str | None, code_status: int) -> Response:
    return Response({"code": code, "message": message, "field": field}, status=code_status)


@cache
def _kept(serializer: type[Serializer[Any]]) -> Serializer[Any]:
    """One of its kind a process: making its fields anew takes longer than what they do. It holds no state of a request."""
    return serializer()


def shown(serializer: type[Serializer[Any]], instance: Any) -> dict[str, Any]:
    """The instance as this serializer writes it; for serializers that need no context."""
    return dict(_kept(serializer).to_representation(instance))


def taken(serializer: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """What was sent, checked by this serializer. Raises ``ValidationError`` with every field's sentences."""
    return dict(_kept(serializer).run_validation(data))
