"""How the API reads what is sent. Apart from portal.api, which the framework cannot load before its parsers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class LimitedJsonParser(JSONParser):
    """JSON of the size Django allows a form: the parser reads the stream itself, past that limit."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        length = str((parser_context or {})["request"].META.get("CONTENT_LENGTH") or "")
        if length.isdecimal() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig  # as Django does where a body was read before us
        try:
            return super().parse(stream, media_type, parser_context)
        except (ParseError, RecursionError) as error:
            raise ParseError(_("This is not valid JSON. Please check how it is made, and send it again.")) from error
