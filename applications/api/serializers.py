"""What the API takes and gives about dossiers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from applications.actions.handle import proposal_of
from applications.catalogue import version_of
from applications.documents import tracking_url
from applications.enums import Delivery, PartState, State
from applications.models import Application, Part
from citizens.enums import Sex
from portal.api import ProblemSerializer
from portal.text import pick
from portal.vn.phones import InvalidPhone, parse_phone

BIGGEST_ID = 2**63 - 1
LONG_TEXT = 4000
LINE_KINDS = [("done", "done"), ("now", "now"), ("next", "next")]


class PhoneField(serializers.CharField):
    """A Vietnamese number in any usual spelling, kept as E.164."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not text:
            return ""
        try:
            return parse_phone(text)
        except InvalidPhone as error:
            raise serializers.ValidationError(str(error), code=error.code) from error


class AnswerField(serializers.CharField):
    """One answer in a form; yes and no may come as JSON booleans."""

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, bool):
            return "true" if data else "false"
        return super().to_internal_value(data)


class PersonSerializer(serializers.Serializer[Any]):
    identity_number = serializers.CharField(max_length=20, help_text="Twelve digits.")
    full_name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    birth_text = serializers.CharField(
        max_length=10, required=False, allow_blank=True, default="", help_text="Day/month/year, or what is known of it."
    )
    sex = serializers.ChoiceField(Sex.choices, required=False, allow_blank=True, default="")
    card_address = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    is_same_person = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Compared with the card: another name or birth date on record is this person's all the same.",
    )


class OriginalSerializer(serializers.Serializer[Any]):
    """One physical paper that stays at the office."""

    number = serializers.CharField(max_length=40, allow_blank=True, default="", help_text="Number or serial on it.")
    pages = serializers.IntegerField(min_value=1, max_value=500, default=1)


class HandedPaperSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(max_length=60, help_text="Key of the document kind.")
    there = serializers.BooleanField(default=True)
    originals = serializers.ListField(
        child=OriginalSerializer(),
        required=False,
        default=list,
        max_length=20,
        help_text="Of a paper that the office keeps until the result: each original. Without it, one.",
    )


class TakeInSerializer(serializers.Serializer[Any]):
    """Everything of one application at once."""

    client_key = serializers.RegexField(
        r"^[A-Za-z0-9_-]{8,64}$",
        required=False,
        default="",
        help_text="Made by the client: the same key gives the same dossier, however often it is sent.",
    )
    ticket = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID, help_text="Of the person at the counter.")
    procedure = serializers.CharField(max_length=60, help_text="National code, such as 1.001193, or its key.")
    citizen = PersonSerializer()
    facts = serializers.DictField(child=serializers.BooleanField(), required=False, default=dict)
    office = serializers.CharField(
        max_length=60,
        required=False,
        allow_blank=True,
        default="",
        help_text="Code of the centre that decides, with the fact `other_territory`.",
    )
    papers = HandedPaperSerializer(many=True, required=False, default=list)
    form = serializers.DictField(
        child=AnswerField(allow_blank=True, max_length=LONG_TEXT), required=False, default=dict
    )
    contact_phone = PhoneField(required=False, allow_blank=True, default="", max_length=30)
    contact_email = serializers.EmailField(required=False, allow_blank=True, default="", max_length=254)
    delivery = serializers.ChoiceField(
        choices=[(way.value, way.label) for way in (Delivery.COUNTER, Delivery.POST)],
        required=False,
        default=Delivery.COUNTER.value,
        help_text="How the result is wanted; by post needs `delivery_address`.",
    )
    delivery_address = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    acknowledged = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        default=list,
        help_text="Keys of notices told first.",
    )
    pages = serializers.IntegerField(min_value=1, max_value=2000, required=False, allow_null=True, default=None)
    copies = serializers.IntegerField(
        min_value=1, max_value=500, required=False, allow_null=True, default=None, help_text="One if not given."
    )
    finish_ticket = serializers.BooleanField(required=False, default=True)
    other_matter = serializers.CharField(
        max_length=300,
        required=False,
        allow_blank=True,
        default="",
        help_text="Why it is no duplicate of what ``duplicates`` named.",
    )


class DuplicateSerializer(serializers.Serializer[Any]):
    """A dossier that the application may repeat."""

    code = serializers.CharField(help_text="Empty while it was only filed online.")
    state = serializers.IntegerField()
    state_name = serializers.CharField()
    centre = serializers.CharField(help_text="Code of the centre.")
    received_at = serializers.DateTimeField()


class MissingSerializer(ProblemSerializer):
    """Refused because something is missing: ``missing`` says it all at once. Or it may be there already: ``duplicates``."""

    missing = serializers.ListField(child=serializers.CharField(), required=False)
    warnings = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="What differs from the person on record."
    )
    duplicates = DuplicateSerializer(many=True, required=False, help_text="Send ``other_matter`` if it is none.")


class ApplicationSerializer(serializers.ModelSerializer[Application]):
    """A dossier in a list."""

    procedure = serializers.SerializerMethodField(help_text="National code.")
    procedure_name = serializers.SerializerMethodField()
    state_name = serializers.CharField(source="get_state_display", read_only=True)
    applicant = serializers.SerializerMethodField(help_text="Full name; empty where nobody is named.")
    handler = serializers.SerializerMethodField()
    centre = serializers.CharField(source="competent.code", read_only=True)

    class Meta:
        model = Application
        fields = [
            "id", "code", "procedure", "procedure_name", "state", "state_name", "payment_state", "centre", "applicant",
            "handler", "received_at", "due_at", "released_at", "handed_over_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_procedure(self, row: Application) -> str:
        return version_of(row).procedure.code

    def get_procedure_name(self, row: Application) -> str:
        return pick(version_of(row).procedure.short_name)

    def get_applicant(self, row: Application) -> str:
        return row.applicant.full_name if row.applicant else ""

    def get_handler(self, row: Application) -> str:
        return str(row.handler) if row.handler else ""


class LineSerializer(serializers.Serializer[Any]):
    """A paper of the checklist."""

    kind = serializers.CharField(source="kind.key")
    name = serializers.SerializerMethodField()
    form_of_copy = serializers.CharField()
    copies = serializers.IntegerField()
    state = serializers.CharField()

    def get_name(self, row: Any) -> str:
        return pick(row.kind.name)


class FeeSerializer(serializers.Serializer[Any]):
    name = serializers.SerializerMethodField()
    article = serializers.CharField()
    quantity = serializers.IntegerField()
    amount = serializers.IntegerField(help_text="In đồng.")
    is_due = serializers.BooleanField(help_text="Whether it counts: what was waived, lowered or refused does not.")

    def get_name(self, row: Any) -> str:
        return pick(row.name)


class PartSerializer(serializers.ModelSerializer[Part]):
    """One of the linked services."""

    state = serializers.ChoiceField(choices=PartState.choices)

    class Meta:
        model = Part
        fields = ["key", "state", "begun_at", "due_at", "ended_at", "number", "handed_at"]
        read_only_fields = fields


class ApplicationDetailSerializer(ApplicationSerializer):
    """One dossier with its papers, fees and what may be done now."""

    due_explanation = serializers.SerializerMethodField()
    papers = LineSerializer(many=True, read_only=True)
    fees = FeeSerializer(source="fee_lines", many=True, read_only=True)
    parts = PartSerializer(
        many=True, read_only=True, help_text="Linked services of one request; none for most dossiers."
    )
    actions = serializers.SerializerMethodField(help_text="What you may do with it now.")
    proposal = serializers.SerializerMethodField(help_text="The proposed result that waits for a signature, if any.")

    class Meta(ApplicationSerializer.Meta):
        fields = [
            *ApplicationSerializer.Meta.fields,
            "due_explanation",
            "delivery",
            "papers",
            "fees",
            "parts",
            "actions",
            "proposal",
        ]
        read_only_fields = fields

    def get_due_explanation(self, row: Application) -> str:
        return pick(row.due_explanation)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_actions(self, row: Application) -> list[str]:
        return list(self.context.get("actions", ()))

    def get_proposal(self, row: Application) -> int | None:
        return proposal_of(row)


class ReceivedSerializer(serializers.ModelSerializer[Application]):
    """What the counter needs right after receiving."""

    due_explanation = serializers.SerializerMethodField()
    tracking_url = serializers.SerializerMethodField()
    receipt_url = serializers.SerializerMethodField(help_text="The receipt as a PDF.")
    # No column of the dossier: the view adds it.
    total = serializers.IntegerField(read_only=True, help_text="Fee in đồng.")

    class Meta:
        model = Application
        fields = ["id", "code", "due_at", "due_explanation", "token", "tracking_url", "receipt_url", "total"]
        read_only_fields = fields

    def get_due_explanation(self, row: Application) -> str:
        return pick(row.due_explanation)

    def get_tracking_url(self, row: Application) -> str:
        return tracking_url(row)

    def get_receipt_url(self, row: Application) -> str:
        return f"{tracking_url(row)}receipt.pdf"


class NothingSerializer(serializers.Serializer[Any]):
    """Nothing has to be sent."""


class ProposeSerializer(serializers.Serializer[Any]):
    number = serializers.CharField(max_length=60, help_text="Number of the result.")


class PartDoneSerializer(serializers.Serializer[Any]):
    part = serializers.CharField(max_length=60, help_text="Key of the linked service.")
    number = serializers.CharField(max_length=60, help_text="Number of its result.")


class PartRefusedSerializer(serializers.Serializer[Any]):
    part = serializers.CharField(max_length=60, help_text="Key of the linked service.")
    ground = serializers.CharField(max_length=2000, help_text="Why, with the article; the citizen reads it.")


class SignSerializer(serializers.Serializer[Any]):
    proposal = serializers.IntegerField(
        required=False,
        max_value=BIGGEST_ID,
        help_text="The proposal you read: when another one waits now, nothing is signed.",
    )


class HandOverSerializer(serializers.Serializer[Any]):
    handed_to = serializers.CharField(max_length=120, help_text="Who takes it and signs for it on paper.")
    authorisation = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="What anybody else than the applicant shows who takes it; without it that is refused (`authorisation_empty`).",
    )
    unpaid_reason = serializers.CharField(
        max_length=500,
        required=False,
        help_text="Why it is handed over though something is to be paid; without it that is refused (`fee_unpaid`).",
    )


class TrackSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=40, help_text="As printed on the receipt.")
    last4 = serializers.RegexField(
        r"^[0-9]{4}$",
        help_text="Last four digits of the phone given at the counter.",
        error_messages={"invalid": _("Type four digits, for example 5678.")},
    )


class TrackedLineSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(LINE_KINDS)
    text = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)


class TrackedSerializer(serializers.Serializer[Any]):
    """Where a dossier stands, without personal data."""

    code = serializers.CharField(source="application.code")
    state = serializers.ChoiceField(State.choices, source="application.state")
    heading = serializers.CharField()
    due_at = serializers.DateTimeField(source="application.due_at", allow_null=True)
    due_explanation = serializers.CharField()
    is_late = serializers.BooleanField()
    timeline = TrackedLineSerializer(many=True)
