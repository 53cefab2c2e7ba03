"""What pages of any app say about support."""

from __future__ import annotations

from django import template

from support.enums import REPORTED_BY_PEOPLE, Severity

register = template.Library()


@register.simple_tag
def report_choices() -> dict[str, object]:
    """What can be reported, and how bad it may be."""
    return {"kinds": REPORTED_BY_PEOPLE, "severities": list(Severity)}
