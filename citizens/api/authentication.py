"""Sign-in to the API by key."""

from __future__ import annotations

from django.db.models import CharField
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from citizens.models import ApiToken, User
from portal.prepared import Given, Prepared

SCHEME = "Bearer"
_TOKEN = Prepared(
    lambda: ApiToken.objects.select_related("user").filter(
        key_hash=Given("key_hash", CharField()), revoked_at__isnull=True, user__is_active=True
    )
)


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <key>`` (RFC 6750). One statement; only hashes are compared."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The key's user and token, or ``None`` when another way of signing in is used.

        Raises ``AuthenticationFailed`` (401) when the key is unknown or revoked, or its user may not sign in.
        """
        scheme, _space, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        token = _TOKEN.first(key_hash=ApiToken.hash_of(key.strip()))
        if token is None:
            raise AuthenticationFailed(_("This key is not valid, or not any more. Please ask for a new one."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return f'{SCHEME} realm="api"'


class TokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI description names the key."""

    target_class = TokenAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": SCHEME.lower()}
