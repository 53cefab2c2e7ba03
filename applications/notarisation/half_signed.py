"""The signatures of a copy that is being made: each is kept as soon as it is made, under a name of its own."""

from __future__ import annotations

from applications.notarisation.models import CertificationItem
from applications.notarisation.signing.keys import Role
from portal import files

ROLES = (Role.SIGNER, Role.UNIT)


def names_of(item: CertificationItem) -> list[str]:
    """Where each is kept, in order; what another person signs has other names."""
    whose = f"{item.check_code}-{item.taken_over_by_id}" if item.taken_over_by_id else item.check_code
    return [f"{whose}-{role}" for role in ROLES]


def is_begun(item: CertificationItem) -> bool:
    """Whether a person's signature is kept already."""
    return files.is_half_done(names_of(item)[0])


def forget(item: CertificationItem) -> None:
    """Once the file is there, or nothing comes of it."""
    files.forget_half_done(*names_of(item))
