"""What goes in and out of the API of this app."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from citizens.enums import Sex
from procedures.api.serializers import ResolutionSerializer


@extend_schema_field(OpenApiTypes.STR)
class ScanField(serializers.Field):
    """A text as the scanner typed it: control characters and all, since judging them is the parser's work."""

    default_error_messages = {"not_text": "A text is expected."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("not_text")
        return str(data)


class ScanSerializer(serializers.Serializer[Any]):
    payload = ScanField(help_text="What the scanner typed, unchanged.")


class CardFieldsSerializer(serializers.Serializer[Any]):
    """What the card claims; nothing of it is proven. Empty or null: not read."""

    number = serializers.CharField(allow_blank=True)
    old_number = serializers.CharField(allow_blank=True)
    full_name = serializers.CharField(allow_blank=True)
    birth_date = serializers.DateField(allow_null=True)
    sex = serializers.ChoiceField(choices=Sex.choices, allow_null=True)
    residence = serializers.CharField(allow_blank=True)
    issued_on = serializers.DateField(allow_null=True)


class CardProblemSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField(help_text="A sentence in the language of the request.")
    field = serializers.CharField(allow_blank=True)


class ParsedCardSerializer(serializers.Serializer[Any]):
    """With ``errors``, the fields must not be used as they are."""

    fields_read = CardFieldsSerializer()
    address = ResolutionSerializer(
        allow_null=True, help_text="Today's unit; several where the old one was divided: ask."
    )
    warnings = CardProblemSerializer(many=True)
    errors = CardProblemSerializer(many=True)  # type: ignore[assignment]

    def get_fields(self) -> dict[str, Any]:
        # A serializer's own attribute is called "fields", so the key is put in here.
        fields = super().get_fields()
        return {"fields": fields.pop("fields_read"), **fields}
