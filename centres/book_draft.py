"""What was typed to book a time, from page to page: encrypted, in a cookie of that time's address; nothing is stored here.

Every answer to the form is a redirect to a page that can be read again: with the browser's Back key, Forward, anew.
"""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.forms import Field, Form
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from centres.models import Appointment
from portal.errors import RuleBroken

COOKIE = "booking"
# As long as somebody may look for a card, and no longer on a computer that others use.
KEPT_FOR = timedelta(hours=1)
_SECONDS = int(KEPT_FOR.total_seconds())


@dataclass(frozen=True)
class Draft:
    """The fields as they were typed, and what stood in the way of booking: its field, if any, and the sentence."""

    typed: dict[str, str] = field(default_factory=dict)
    refused: tuple[str, str] | None = None

    @classmethod
    def of(cls, form: Form) -> Draft:
        """What this form was sent with."""
        # A text too long by one sign is refused as one too long by thousands, and a cookie has room for it.
        return cls({name: form.data.get(name, "")[: _most(one) + 1] for name, one in form.fields.items()})

    def with_problem(self, problem: RuleBroken) -> Draft:
        """The same with why it was refused; where its key was, with another one, so that it can be begun again."""
        fresh = {"client_key": uuid4().hex} if problem.code in ("key_used", "bad_client_key") else {}
        return Draft(self.typed | fresh, (problem.field or "", str(problem)))

    def once_booked(self) -> Draft:
        """What is left of it then: nothing about the person."""
        return Draft({"client_key": self.typed["client_key"]})

    def refused_for(self, field: str) -> bool:
        return self.refused is not None and self.refused[0] == field

    @property
    def booked(self) -> Appointment | None:
        """The appointment this form has made."""
        key = self.typed.get("client_key")
        return Appointment.objects.filter(client_key=key).first() if key else None


def read(request: HttpRequest) -> Draft:
    """What was typed at this address; an empty one where nothing was, or too long ago."""
    try:
        kept = json.loads(zlib.decompress(_seal(request).decrypt(request.COOKIES.get(COOKIE, "").encode(), _SECONDS)))
    except InvalidToken:
        return Draft()
    return Draft(kept["typed"], tuple(kept["refused"]) if kept["refused"] else None)


def keep(request: HttpRequest, response: HttpResponse, draft: Draft) -> HttpResponse:
    """The answer, with what was typed at this address for the page it leads to."""
    kept = json.dumps({"typed": draft.typed, "refused": draft.refused}).encode()
    response.set_cookie(
        COOKIE,
        _seal(request).encrypt(zlib.compress(kept)).decode(),
        max_age=_SECONDS,
        path=request.path,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def _seal(request: HttpRequest) -> Fernet:
    """What nobody else opens, on a computer that others use too; with a key of this address."""
    key = salted_hmac(f"centres.book_draft {request.path}", b"", algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(key))


def _most(field: Field) -> int:
    return int(getattr(field, "max_length", None) or 0)
