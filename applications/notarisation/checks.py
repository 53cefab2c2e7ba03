"""Whether copies can be signed, and with keys that are worth something."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from pyhanko.keys import load_certs_from_pemder

from applications.notarisation.signers import SigningKey, rules_on
from applications.notarisation.signing.keyring import read_certificate
from applications.notarisation.signing.keys import Role, certificate_at, is_configured, key_of
from applications.notarisation.signing.throwaway import is_throwaway
from applications.notarisation.signing.trust import roots
from applications.notarisation.trouble import NotNow
from portal import clock
from portal.errors import BadInput

_TOGETHER = ("SIGNING_UNIT_KEY", "SIGNING_TSA_URL", "SIGNING_ROOTS")


@register()
def signing_is_set_up_whole(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """All of it or nothing: a copy with one of its signatures is not one."""
    together = [*_TOGETHER, *(["SIGNING_SIGNER_KEY"] if settings.SIGNING_SHARED_KEY else [])]
    missing = [name for name in together if not getattr(settings, name)]
    if not missing or len(missing) == len(together):
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
    return [Warning(message, hint="Set SIGNING_UNIT_KEY and what belongs to it.", id="applications.W001")]


@register(Tags.security, deploy=True)
def signing_keys_are_worth_something(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Opens each key once, and refuses those of the throw-away authority outside demo and tests."""
    if not is_configured():
        return []
    found: list[CheckMessage] = []
    for role in [Role.SIGNER, Role.UNIT] if settings.SIGNING_SHARED_KEY else [Role.UNIT]:
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


@register(Tags.database, deploy=True)
def signers_have_keys(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Opens each signer's key once: `check --deploy --database default`."""
    if not databases or not is_configured():
        return []
    at = clock.now()
    found: list[CheckMessage] = []
    for key in SigningKey.objects.filter(end__isnull=True, valid_to__gt=at).select_related("person").order_by("pk"):
        found += _of_one(key)
    ending = SigningKey.objects.filter(end__isnull=True, valid_to__gt=at)
    for key in ending.filter(valid_to__lte=at + timedelta(days=rules_on(clock.local_day(at)).key_notice_days)):
        message = f"The signing key of {key.person} ends on {clock.local_day(key.valid_to)}."
        found.append(Warning(message, hint="Enter a new one in time.", id="applications.W002"))
    return found


def _of_one(key: SigningKey) -> list[CheckMessage]:
    try:
        said = read_certificate(key.url, key.secret)
    except BadInput as problem:
        if problem.code == "key_worthless":
            message = f"The signing key of {key.person} is of the throw-away authority and has no legal value."
            return [Error(message, hint="Enter the key of a real certificate.", id="applications.E003")]
        message = f"The signing key of {key.person} cannot be opened."
        return [Error(message, hint="See its file or token, and its password or PIN.", id="applications.E002")]
    if said.fingerprint != key.fingerprint:
        message = f"The signing key of {key.person} is another one than was entered."
        return [Error(message, hint="End the old one and enter the new one.", id="applications.E006")]
    return []
