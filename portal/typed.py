"""What somebody typed into a page whose session had ended: it is offered again once they have signed in.

It travels in the pages themselves, signed, and is stored nowhere: not in an address, not on the server.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.vn.identity import mask_identity

FIELD = "typed"
# Whose page a form stands on: every form's token brings it along (``portal.templatetags``).
PAGE_OF = "page_of"
# As long as somebody may need to remember their password.
KEPT_FOR = timedelta(hours=12)
_SALT = "portal.typed"
# What the page itself puts into its forms.
_NOT_TYPED = {"csrfmiddlewaretoken", FIELD, PAGE_OF}
# What fields are called, by their names in a form; the apps add their own.
LABELS: dict[str, Any] = {}
# A row's number; a long token without a space.
_OF_THE_PAGE = re.compile(r"[0-9]{1,8}|[\w:.=+/-]{32,}", re.ASCII)
_IDENTITY = re.compile("[0-9]{12}|[0-9]{9}")
# A form with one of these is typed anew: no page shows a secret again.
_SECRETS = {"key", "otp", "password", "old_password", "new_password1", "new_password2", "password1", "password2"}


@dataclass(frozen=True)
class Typed:
    """A form that was sent: where to, what was in its fields, the names of its files, which cannot be kept, and who was
    signed in on its page, if anybody was."""

    action: str
    fields: list[tuple[str, str]]
    files: list[str]
    page_of: str = ""

    @property
    def lines(self) -> list[tuple[Any, str]]:
        """What a reader recognises as their own, each with what its field is called, where that is known."""
        return [(LABELS.get(name, ""), _on_screen(text)) for name, text in self.fields if _was_typed(name, text)]


def _on_screen(text: str) -> str:
    """Identity numbers are masked as everywhere; the form itself carries them whole."""
    return mask_identity(text.strip()) if _IDENTITY.fullmatch(text.strip()) else text


def _was_typed(name: str, text: str) -> bool:
    """Not the mark of a choice, a row's number, a picture or a key, which a page puts into its forms itself."""
    text = text.strip()
    if not text or text == "on" or text.startswith("data:") or name == "next":
        return False
    return name in LABELS or not (name.endswith("key") or _OF_THE_PAGE.fullmatch(text))


def typed_in(request: HttpRequest) -> Typed | None:
    """The form of this POST; ``None`` when nothing was in it, or a secret."""
    if not _SECRETS.isdisjoint(request.POST):
        return None
    fields = [(name, text) for name, texts in request.POST.lists() if name not in _NOT_TYPED for text in texts]
    files = list(request.FILES)
    if not (files or any(text for _name, text in fields)):
        return None
    return Typed(request.get_full_path(), fields, files, request.POST.get(PAGE_OF, ""))


def offer_again(request: HttpRequest, typed: Typed, status: int = 200) -> HttpResponse:
    """The page that sends it after all, where whoever is signed in now typed it. To anybody else it only shows it."""
    context: dict[str, object] = {"typed": typed}
    if request.user.is_authenticated and typed.page_of not in ("", str(request.user.pk)):
        context |= {"is_others": True, "owner": _user(typed.page_of), "sealed": sealed(typed)}
    return render(request, "portal/send_again.html", context, status=status)


def _user(key: str) -> AbstractBaseUser | None:
    users = get_user_model()._default_manager
    return users.filter(pk=key).first() if key.isascii() and key.isdigit() and len(key) < 19 else None


def sealed(typed: Typed) -> str:
    """As a hidden field of a page carries it."""
    return signing.dumps(asdict(typed), salt=_SALT, compress=True)


def unsealed(text: str) -> Typed | None:
    """What such a field holds; ``None`` when it is none of ours, or too old."""
    if not text:
        return None
    try:
        kept: dict[str, Any] = signing.loads(text, salt=_SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return None
    fields = [(name, value) for name, value in kept["fields"]]
    return Typed(kept["action"], fields, kept["files"], kept.get("page_of", ""))
