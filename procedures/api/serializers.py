"""The shapes of the API. Texts come in every language, so that one answer serves a multilingual page."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from procedures.enums import CopyForm, UnitKind
from procedures.models import FeeRule, Procedure, ProcedureVersion, Requirement, Unit
from procedures.units import Resolution


class TextSerializer(serializers.Serializer[Any]):
    """A text by language."""

    vi = serializers.CharField()
    en = serializers.CharField(required=False)
    ko = serializers.CharField(required=False)


class FieldSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = TextSerializer()


class ProcedureSerializer(serializers.ModelSerializer[Procedure]):
    field = FieldSerializer()
    name = TextSerializer()
    short_name = TextSerializer()

    class Meta:
        model = Procedure
        fields = ["code", "key", "name", "short_name", "field", "is_listed_only"]


class RequirementSerializer(serializers.ModelSerializer[Requirement]):
    kind = serializers.CharField(source="kind.key")
    name = TextSerializer(source="kind.name")
    note = TextSerializer(allow_null=True)
    condition = serializers.JSONField(allow_null=True, help_text="When it is asked for; null: always.")

    class Meta:
        model = Requirement
        fields = ["kind", "name", "form_of_copy", "copies", "is_kept", "condition", "note", "source", "confidence"]


class FeeRuleSerializer(serializers.ModelSerializer[FeeRule]):
    name = TextSerializer()
    condition = serializers.JSONField(allow_null=True, help_text="When it is due; null: always.")
    steps = serializers.JSONField(help_text="[last page, đồng a page]; the last page of the last step is null.")

    class Meta:
        model = FeeRule
        fields = [
            "key",
            "name",
            "basis",
            "amount",
            "steps",
            "cap_per_copy",
            "condition",
            "article",
            "effective_from",
            "effective_to",
            "confidence",
        ]


class FactSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    by = serializers.CharField(help_text="Who answers it: citizen, officer or portal.")
    question = TextSerializer()


class VersionSerializer(serializers.ModelSerializer[ProcedureVersion]):
    papers = RequirementSerializer(source="requirements", many=True)
    fees = FeeRuleSerializer(source="fee_rules", many=True)

    class Meta:
        model = ProcedureVersion
        fields = [
            "number",
            "effective_from",
            "effective_to",
            "legal_basis",
            "time_limit",
            "papers",
            "fees",
            "steps",
            "results",
            "parts",
            "conditions",
            "notices",
            "form_schema",
            "confidence",
            "layout_confirmed",
        ]


class ProcedureDetailSerializer(ProcedureSerializer):
    handler = TextSerializer()
    receive_at = TextSerializer()
    version = VersionSerializer()
    facts = FactSerializer(many=True)

    class Meta(ProcedureSerializer.Meta):
        fields = [*ProcedureSerializer.Meta.fields, "handler", "receive_at", "other_codes", "version", "facts"]


class PaperAskSerializer(serializers.Serializer[Any]):
    requirement_id = serializers.IntegerField()
    kind_key = serializers.CharField()
    name = TextSerializer()
    form_of_copy = serializers.ChoiceField(choices=CopyForm.choices)
    copies = serializers.IntegerField()
    is_kept = serializers.BooleanField()
    note = TextSerializer(allow_null=True)
    is_form = serializers.BooleanField(help_text="A form that is filled in at the centre.")


class FeeLineSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = TextSerializer()
    article = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_amount = serializers.IntegerField(help_text="In đồng.")
    amount = serializers.IntegerField(help_text="In đồng.")


class PartDueSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = TextSerializer()
    office = TextSerializer(help_text="Who decides on it.")
    due_at = serializers.DateTimeField()


class QuoteSerializer(serializers.Serializer[Any]):
    papers = PaperAskSerializer(many=True)
    fee_lines = FeeLineSerializer(many=True)
    total = serializers.IntegerField(help_text="In đồng.")
    due_at = serializers.DateTimeField()
    explanation = TextSerializer()
    needs_pages = serializers.BooleanField(help_text="A fee goes by the page and pages were not given.")
    parts = PartDueSerializer(many=True, help_text="Linked services of one request; none for most procedures.")


class UnitSerializer(serializers.ModelSerializer[Unit]):
    kind = serializers.ChoiceField(choices=UnitKind.choices)

    class Meta:
        model = Unit
        fields = [
            "code",
            "name",
            "kind",
            "is_current",
            "district",
            "valid_from",
            "valid_to",
            "centre_address",
            "population",
        ]


class FoundUnitSerializer(UnitSerializer):
    became = serializers.SerializerMethodField(help_text="Codes of the units of today, the suggested one first.")

    class Meta(UnitSerializer.Meta):
        fields = [*UnitSerializer.Meta.fields, "became"]

    def get_became(self, unit: Unit) -> list[str]:
        return [change.new.code for change in sorted(unit.became.all(), key=lambda row: not row.is_suggested)]


class ResolutionSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=[(status.value, status.value) for status in Resolution])
    old = UnitSerializer(allow_null=True)
    candidates = UnitSerializer(many=True)
