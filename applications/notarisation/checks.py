"""Whether copies can be signed, and with keys that are worth something."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from pyhanko.keys import load_certs_from_pemder

from applications.notarisation.signing.keys import Role, certificate_at, is_configured, key_of
from applications.notarisation.signing.throwaway import is_throwaway
from applications.notarisation.signing.trust import roots
from applications.notarisation.trouble import NotNow

_TOGETHER = ("SIGNING_SIGNER_KEY", "SIGNING_UNIT_KEY", "SIGNING_TSA_URL", "SIGNING_ROOTS")


@register()
def signing_is_set_up_whole(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """All of it or nothing: a copy with one of its signatures is not one."""
    missing = [name for name in _TOGETHER if not getattr(settings, name)]
    if not missing or len(missing) == len(_TOGETHER):
        return []
    message = f"Certified copies cannot be signed: {', '.join(missing)} is missing."
    return [Error(message, hint="Set all of them, or none.", id="applications.E001")]


@register()
def further_roots_can_be_read(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Otherwise every file that a citizen brings would be said to be of a stranger."""
    if not settings.CHECKING_ROOTS:
        return []
    try:
        found = list(load_certs_from_pemder([settings.CHECKING_ROOTS]))
    except (OSError, ValueError):
        found = []
    if found:
        return []
    message = "CHECKING_ROOTS cannot be read or holds no certificate."
    return [Error(message, hint="Name a PEM file with the trusted roots, or leave it out.", id="applications.E005")]


@register(Tags.security, deploy=True)
def copies_are_signed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Without keys copies are printed and signed by hand: who installs the portal says that this is known."""
    if is_configured():
        return []
    message = "No signing keys are set: certified copies are printed and signed by hand."
    return [Warning(message, hint="Set SIGNING_SIGNER_KEY and what belongs to it.", id="applications.W001")]


@register(Tags.security, deploy=True)
def signing_keys_are_worth_something(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Opens each key once, and refuses those of the throw-away authority outside demo and tests."""
    if not is_configured():
        return []
    found: list[CheckMessage] = []
    for role in Role:
        try:
            certificate = certificate_at(key_of(role))
        except NotNow:
            message = f"The signing key of the {role} cannot be opened."
            found.append(Error(message, hint="See its file or token, and its password or PIN.", id="applications.E002"))
            continue
        if settings.PORTAL_ENV == "production" and is_throwaway(certificate):
            message = f"The signing key of the {role} is of the throw-away authority and has no legal value."
            found.append(Error(message, hint="Set the key of a real certificate.", id="applications.E003"))
    try:
        known = roots()
    except (OSError, ValueError):
        known = []
    if not known:
        message = "SIGNING_ROOTS cannot be read or holds no certificate."
        found.append(Error(message, hint="Name a PEM file with the trusted roots.", id="applications.E004"))
    return found
