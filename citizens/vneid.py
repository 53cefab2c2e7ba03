"""VNeID by OpenID Connect: django-allauth's client, with the checks that the standard asks for and it leaves out.

Nobody becomes a user of the staff's kind by it: when VNeID has said who somebody is, a citizen's session begins and allauth's own
flow ends there. Accounts come from the environment alone, never from a table.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import requests
import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from portal.errors import BadInput, NotAllowed, RuleBroken, Unavailable

log = structlog.get_logger(__name__)
PROVIDER = "vneid"
_LEVEL = re.compile(r"[0-9]")


@dataclass(frozen=True)
class Said:
    """What VNeID says of somebody. ``birth_text`` is day, month and year."""

    issuer: str
    subject: str
    number: str
    full_name: str
    birth_text: str
    level: int


class Refused(Exception):
    """Carries a broken rule through allauth's views, which know nothing of ours."""

    def __init__(self, problem: RuleBroken) -> None:
        self.problem = problem


class Client(OpenIDConnectOAuth2Adapter):
    """Checks issuer, signature and nonce too; ends with ``said`` instead of allauth's own sign-in."""

    nonce = ""
    said: Said | None = None

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        if not isinstance(config, dict) or str(config.get("issuer", "")).rstrip("/") != settings.VNEID_ISSUER:
            raise OAuth2Error("The configuration is another issuer's.")
        return config

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        config = self.openid_config
        claims = jwtkit.verify_and_decode(
            credential=kwargs["response"]["id_token"],
            keys_url=config["jwks_uri"],
            issuer=config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        if not self.nonce or not constant_time_compare(str(claims.get("nonce", "")), self.nonce):
            raise OAuth2Error("The token was made for another sign-in.")
        about = self._fetch_user_info(token.token)
        if about.get("sub") != claims["sub"]:
            raise OAuth2Error("The two answers are about two persons.")
        self.said = _said(config["issuer"], {**claims, **about})
        raise ImmediateHttpResponse(HttpResponse(status=204))


class Provider(OpenIDConnectProvider):
    """Every sign-in has a nonce of its own, beside the state and the code's challenge."""

    oauth2_adapter_class = Client

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        nonce = secrets.token_urlsafe(16)
        params = {**self.get_auth_params(), "nonce": nonce}
        answer: HttpResponse = super().redirect(request, process, next_url, data, auth_params=params, nonce=nonce)
        return answer


class Errors(DefaultSocialAccountAdapter):
    """allauth's hooks: the one account there is, and what went wrong as a sentence of ours."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        if not settings.VNEID_ISSUER or provider not in (None, PROVIDER, OpenIDConnectProvider.id):
            return []
        return [
            SocialApp(
                provider=OpenIDConnectProvider.id,
                provider_id=PROVIDER,
                name="VNeID",
                client_id=settings.VNEID_CLIENT_ID,
                secret=settings.VNEID_SECRET,
                settings={"server_url": settings.VNEID_ISSUER, "scope": settings.VNEID_SCOPES},
            )
        ]

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        raise Refused(_problem(error, exception, "state_id" in (extra_context or {})))


class _Callback(OAuth2CallbackView):
    """Gives the client the nonce that went out with this state."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


def is_offered() -> bool:
    return bool(settings.VNEID_ISSUER)


def lead_there(request: HttpRequest) -> HttpResponse:
    """To VNeID, with a state, a nonce and a code challenge of this browser. Raises ``RuleBroken``."""
    try:
        provider = Errors(request).get_provider(request, PROVIDER)
        answer: HttpResponse = provider.redirect(request, AuthProcess.LOGIN)
    except (Refused, OAuth2Error, requests.RequestException, KeyError, TypeError, ValueError) as error:
        _note(error)
        raise _silent() from error
    return answer


def who_came_back(request: HttpRequest) -> Said:
    """Who VNeID says it is. Raises ``RuleBroken`` with a sentence for the person."""
    client = Client(request, PROVIDER)
    try:
        _Callback.adapter_view(client)(request)
    except Refused as refused:
        raise refused.problem from refused
    except (OAuth2Error, requests.RequestException) as error:  # before there was a code to give
        raise _problem(None, error, False) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:  # an answer that is none
        raise _problem(None, error, False) from error
    if client.said is None:
        raise _problem(None, None, False)
    return client.said


def _problem(error: Any, exception: Exception | None, lost_state: bool) -> RuleBroken:
    """The sentence for what allauth noticed; why it was exactly is for the log."""
    if error == AuthError.CANCELLED:
        return NotAllowed(_("You did not let VNeID tell us who you are. Nothing was done."), code="vneid_refused")
    _note(exception)
    if isinstance(exception, requests.RequestException):
        return _silent()
    if lost_state or isinstance(exception, OAuth2Error):
        return BadInput(_("This sign-in took too long or was used already. Please begin again."), code="vneid_over")
    return _unclear()


def _note(exception: Exception | None) -> None:
    """By its kind alone: the text of an answer may hold a token, or somebody's data."""
    cause = exception.__cause__ if exception is not None else None
    log.warning("vneid_failed", kind=type(exception).__name__, cause=type(cause).__name__)


def _silent() -> Unavailable:
    return Unavailable(
        _("VNeID does not answer now. Please try again later, or sign in with your phone."), code="vneid_silent"
    )


def _unclear() -> BadInput:
    return BadInput(
        _("VNeID did not say clearly who you are. Please begin again, or ask at the counter."), code="vneid_unclear"
    )


def _said(issuer: str, claims: Mapping[str, Any]) -> Said:
    """The claims by their configured names. Raises ``Refused``."""
    level = _LEVEL.search(str(claims.get(settings.VNEID_LEVEL, "")))
    said = Said(
        issuer=issuer,
        subject=str(claims["sub"]),
        number=str(claims.get(settings.VNEID_NUMBER, "")),
        full_name=str(claims.get(settings.VNEID_NAME, "")),
        birth_text=_day_first(str(claims.get(settings.VNEID_BIRTH, ""))),
        level=int(level[0]) if level else 0,
    )
    if not said.subject or not said.number or not said.full_name:
        raise Refused(_unclear())
    return said


def _day_first(text: str) -> str:
    """An ISO day as ours are written; anything else as it is."""
    try:
        return date.fromisoformat(text).strftime("%d/%m/%Y")
    except ValueError:
        return text
