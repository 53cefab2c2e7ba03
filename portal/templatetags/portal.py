"""How values look on a page: money, moments, masked numbers, icons and scripts.

A built-in tag library (see ``TEMPLATES`` in the settings), so templates need no ``{% load %}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django_htmx.jinja import htmx_script
from lucide.templatetags.lucide import lucide

from portal import clock, text
from portal.typed import PAGE_OF
from portal.vn import phones
from portal.vn.identity import mask_identity
from portal.vn.money import format_vnd
from portal.vn.phones import display_phone

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86_400
WEEKDAYS = (
    pgettext_lazy("inside a sentence", "Monday"),
    pgettext_lazy("inside a sentence", "Tuesday"),
    pgettext_lazy("inside a sentence", "Wednesday"),
    pgettext_lazy("inside a sentence", "Thursday"),
    pgettext_lazy("inside a sentence", "Friday"),
    pgettext_lazy("inside a sentence", "Saturday"),
    pgettext_lazy("inside a sentence", "Sunday"),
)


@register.filter
def vnd(amount: int | None) -> str:
    """Whole dong as ``28.000 đ``; nothing for no amount."""
    return "" if amount is None else format_vnd(amount)


@register.filter
def pick(value: Mapping[str, str] | str | None) -> str:
    """The text of a localised value in the reader's language."""
    return text.pick(value)


def _local_day(value: date | datetime) -> date:
    return clock.local_day(value) if isinstance(value, datetime) else value


@register.filter
def hm(value: datetime | None) -> str:
    """Time in Hanoi, 24 hours: ``10:24``."""
    return "" if value is None else f"{clock.local(value):%H:%M}"


@register.filter
def day(value: date | datetime | None) -> str:
    """Day in Hanoi: ``02/07/2025``."""
    return "" if value is None else f"{_local_day(value):%d/%m/%Y}"


@register.filter
def long_day(value: date | datetime | None) -> str:
    """Day with its name: ``thứ Hai 30/11/2026``."""
    if value is None:
        return ""
    local = _local_day(value)
    return f"{WEEKDAYS[local.weekday()]} {local:%d/%m/%Y}"


@register.filter
def moment(value: datetime | None) -> str:
    """Time and day, as a due date is spoken: ``17:00 thứ Hai 30/11/2026``."""
    return "" if value is None else f"{hm(value)} {long_day(value)}"


@register.filter
def when(value: datetime | None) -> str:
    """Something that happened: ``10:07 hôm nay``, else ``10:07 29/11/2026``."""
    if value is None:
        return ""
    if clock.local_day(value) == clock.today():
        return gettext("%(time)s today") % {"time": hm(value)}
    return f"{hm(value)} {day(value)}"


@register.filter
def minutes(value: float | timedelta | None) -> str:
    """A number of minutes, or a timedelta, in words: ``14 phút``. Never below zero."""
    if value is None:
        return ""
    number = value.total_seconds() / MINUTE if isinstance(value, timedelta) else value
    count = max(0, int(number))
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


@register.filter
def span(seconds: float | None) -> str:
    """A length of time in seconds as a table shows it: ``45 giây``, ``14 phút``, ``2 giờ 05``; a dash for none."""
    if seconds is None:
        return "–"
    whole = round(max(0.0, seconds))
    if whole < 90:
        return ngettext("%(count)d second", "%(count)d seconds", whole) % {"count": whole}
    count = round(whole / MINUTE)
    if count < 100:
        return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}
    return gettext("%(hours)d h %(minutes)02d") % {"hours": count // 60, "minutes": count % 60}


@register.filter
def in_minutes(seconds: float | None) -> str:
    """A length of time in seconds as whole minutes without a unit; a dash for none."""
    return "–" if seconds is None else str(round(seconds / MINUTE))


@register.filter
def percent(share: float | None) -> str:
    """A share of one: ``12 %``; a dash for none."""
    return "–" if share is None else f"{share * 100:.0f} %"


@register.filter
def human_since(value: datetime | None) -> str:
    """How long ago, in the unit that matters: minutes below 90, then hours below two days, then days."""
    if value is None:
        return ""
    seconds = max(0.0, (clock.now() - value).total_seconds())
    if seconds < 90 * MINUTE:
        return minutes(seconds / MINUTE)
    if seconds < 2 * DAY:
        count = int(seconds // HOUR)
        return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}
    count = int(seconds // DAY)
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


class _FormToken(CsrfTokenNode):
    """Django's token, and whose page the form stands on: what is typed there is offered to nobody else."""

    def render(self, context: Context) -> SafeString:
        token = SafeString(super().render(context))
        user = getattr(context.get("request"), "user", None)
        if not token or user is None or not user.is_authenticated:
            return token
        return token + format_html('<input type="hidden" name="{}" value="{}">', PAGE_OF, user.pk)


@register.tag
def csrf_token(parser: Parser, token: Token) -> _FormToken:
    """In the place of Django's own."""
    return _FormToken()


@register.filter
def mask_id(number: str | None) -> str:
    """An identity number as lists and screens show it: ``••• ••• 345``."""
    return mask_identity(number) if number else ""


@register.filter
def phone(number: str | None) -> str:
    """A phone number in E.164 as it is written and dialled at home: ``0912 345 678``."""
    return display_phone(number) if number else ""


@register.filter
def mask_phone(number: str | None) -> str:
    """A phone number its owner recognises and nobody can dial: ``•• ••• 678``."""
    return phones.mask_phone(number) if number else ""


@lru_cache(maxsize=256)
def _icon(name: str, extra: str) -> SafeString:
    svg = lucide(name, size=None, **{"class": f"icon {extra}".strip(), "aria_hidden": "true", "focusable": "false"})
    return SafeString(svg)  # drawn by the lucide package from its own files


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A lucide icon, hidden from screen readers: a word must stand beside it."""
    return _icon(str(name), str(extra))


@register.simple_tag(takes_context=True)
def script(context: Mapping[str, Any], *names: str) -> SafeString:
    """Our own script files by short name, ``{% script "keys" "clock" %}``: deferred, with the page's nonce."""
    nonce = context.get("CSP_NONCE", "")
    return format_html_join(
        "\n", '<script src="{}" defer nonce="{}"></script>', ((static(f"js/{name}.js"), nonce) for name in names)
    )


@register.simple_tag(takes_context=True)
def htmx(context: Mapping[str, Any]) -> SafeString:
    """htmx itself, from the django-htmx package, with the page's nonce."""
    return htmx_script(nonce=context.get("CSP_NONCE"))


@register.simple_tag
def present() -> datetime:
    """The present moment as the rules see it (``portal.clock``), for the clocks on pages."""
    return clock.local(clock.now())


@register.simple_tag
def public_word() -> SafeString:
    """What all citizens should read first, from the app that knows (``settings.PUBLIC_WORDS``)."""
    words = import_string(settings.PUBLIC_WORDS)()
    return render_to_string("support/public/word.html", {"words": words}) if words else SafeString("")


@register.filter
def state_kind(kind: str | None) -> str:
    """A known kind of state, else none: the class decides the shape."""
    return kind if kind in {"ok", "warn", "info", "act"} else ""


@register.simple_tag
def reader_name(language: str) -> str:
    """The language's name in itself, as a switch shows it."""
    return {"vi": "Tiếng Việt", "en": "English", "ko": "한국어"}.get(language, language)
