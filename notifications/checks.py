"""Whether messages can leave. Workers run these at their start, and stop with the sentence."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from notifications.channels.mail_server import MailServer
from notifications.channels.push_key import public_key
from notifications.enums import Channel
from notifications.leaving import leaves_the_machine


@register()
def mail_server_is_named(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        MailServer.from_url(settings.EMAIL_URL)
    except ValueError as error:
        hint = "For example smtp://user:password@mail.example.vn:587, smtps://mail.example.vn or file:///var/mail."
        return [Error(f"EMAIL_URL is wrong: {error}.", hint=hint, id="notifications.E001")]
    return []


@register()
def push_key_is_one(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        public_key()
    except ValueError as error:
        hint = "32 random bytes in base64url, or nothing: then no notices to browsers are offered."
        return [Error(f"VAPID_PRIVATE_KEY is wrong: {error}.", hint=hint, id="notifications.E002")]
    return []


@register(deploy=True)
def mail_leaves_the_machine(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not leaves_the_machine(Channel.EMAIL):
        message = "EMAIL_URL is a folder: citizens get no e-mail."
        return [Warning(message, hint="Set smtp://host:port.", id="notifications.W001")]
    return []


@register(deploy=True)
def sms_leave_the_machine(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """There is no gateway yet: who installs the portal says with SILENCED_CHECKS that this is known."""
    if not leaves_the_machine(Channel.SMS):
        message = "SMS_URL is a folder: citizens get no SMS."
        return [Warning(message, hint="Connect the operator's gateway to that folder.", id="notifications.W002")]
    return []
