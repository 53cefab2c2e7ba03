"""A sign-in is opened for somebody, closed for good, and opened again; what they did stays under their name."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from citizens.models import ApiToken, User
from portal.errors import BadInput
from portal.vn.names import InvalidName, validate_name


@transaction.atomic
def open_account(*, username: str, full_name: str, email: str = "") -> User:
    """A new account without a password: ``first_sign_in`` leads to setting one. Raises ``BadInput``."""
    if not full_name.strip():
        raise BadInput(_("Write the name."), code="no_name", field="full_name")
    try:
        full_name = validate_name(full_name)
    except InvalidName as problem:
        raise BadInput(problem.problem.message, code="bad_account", field="full_name") from problem
    person = User(username=username.strip(), full_name=full_name, email=email.strip())
    if User.objects.filter(username__iexact=person.username).exists():
        raise BadInput(_("Somebody has this user name already."), code="bad_account", field="username")
    person.set_unusable_password()
    try:
        person.full_clean()
    except ValidationError as problem:
        field, words = next(iter(problem.message_dict.items()))
        raise BadInput(words[0], code="bad_account", field=field) from problem
    person.save()
    return person


@transaction.atomic
def reopen_account(person: User) -> User:
    """The account of somebody who comes back, with no password."""
    person.is_active = True
    person.set_unusable_password()
    person.save(update_fields=["is_active", "password"])
    return person


@transaction.atomic
def close_account(person: User, at: datetime) -> None:
    """Nobody signs in with it any more. Every session ends, since each carries a mark of the password, and so do links
    to a first sign-in; API keys are revoked. The row stays: history names it."""
    person.is_active, person.is_staff, person.is_superuser = False, False, False
    person.set_unusable_password()
    person.save(update_fields=["is_active", "is_staff", "is_superuser", "password"])
    person.groups.clear()
    person.user_permissions.clear()
    ApiToken.objects.filter(user=person, revoked_at__isnull=True).update(revoked_at=at)


@transaction.atomic
def renew_first_sign_in(person: User) -> None:
    """The password of before opens nothing any more, nor does an earlier link; sessions end. Raises ``BadInput``."""
    if not person.is_active:
        raise BadInput(_("This account is closed."), code="account_closed")
    person.set_unusable_password()
    person.save(update_fields=["password"])


def first_sign_in(person: User) -> str:
    """The address at which the person sets the password, once, within the days of ``PASSWORD_RESET_TIMEOUT``."""
    kwargs = {
        "uidb64": urlsafe_base64_encode(force_bytes(person.pk)),
        "token": default_token_generator.make_token(person),
    }
    return reverse("first_sign_in", kwargs=kwargs)
