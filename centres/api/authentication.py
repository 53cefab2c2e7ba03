"""A kiosk asking for numbers by its key."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from centres import device_access
from centres.enums import DeviceKind
from centres.models import Device
from portal.errors import BadInput

SCHEME = "Device"


class DeviceAuthentication(BaseAuthentication):
    """``Authorization: Device <key>`` of a kiosk. There is no user: only a view that asks for the device lets it in."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Device] | None:
        """Nobody and the device, or ``None`` when another way of signing in is used.

        Raises ``AuthenticationFailed`` (401) when the key is unknown or revoked.
        """
        scheme, _space, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        try:
            return AnonymousUser(), device_access.by_key(key, DeviceKind.KIOSK)
        except BadInput:
            raise AuthenticationFailed(_("This key is not valid, or not any more. Please ask for a new one.")) from None

    def authenticate_header(self, request: Request) -> str:
        return f'{SCHEME} realm="api"'


class DeviceScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI description names the key."""

    target_class = DeviceAuthentication
    name = "deviceKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Device <key>"}
