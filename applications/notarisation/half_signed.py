"""The signatures of a copy that is being made: each is kept as soon as it is made, under a name of its own.

The person's with the whole file, so that it fits whatever else changes; the unit's as what it wrote behind that, which is little.
"""

from __future__ import annotations

import shutil
from pathlib import Path

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


def kept_of(role: Role, name: str, before: Path) -> Path | None:
    """The file with this signature, where one is kept, beside ``before``, the file it was put on."""
    kept = files.half_done(name, before.parent)
    return kept if kept is None or role == ROLES[0] else _put_together(before, kept)


def keep(role: Role, name: str, before: Path, made: Path) -> Path:
    """Keep this signature, or take the one that another worker kept meanwhile: the file that counts.

    Raises as ``files.keep_once``.
    """
    if role == ROLES[0]:
        return files.keep_once(name, made)
    behind = made.with_suffix(".behind")
    with made.open("rb") as file, behind.open("wb") as out:
        file.seek(before.stat().st_size)
        shutil.copyfileobj(file, out)
    kept = files.keep_once(name, behind)
    return made if kept == behind else _put_together(before, kept)


def _put_together(before: Path, behind: Path) -> Path:
    whole = behind.with_suffix(".whole")
    shutil.copyfile(before, whole)
    with behind.open("rb") as file, whole.open("ab") as out:
        shutil.copyfileobj(file, out)
    return whole


def forget(item: CertificationItem) -> None:
    """Once the file is there, or nothing comes of it."""
    files.forget_half_done(*names_of(item))
