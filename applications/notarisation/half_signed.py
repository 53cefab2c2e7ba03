"""The signatures of a copy that is being made: each is kept as soon as it is made, under a name of its own.

The person's with the whole file, so that it fits whatever else changes; the unit's as what it wrote behind that, which is little.
"""

from __future__ import annotations

import os
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
    """The file with this signature, where one is kept: another than ``before``, which it is put on, or that one."""
    kept = files.half_done(name, before.parent)
    return kept if kept is None or role == ROLES[0] else _put_behind(before, kept)


def keep(role: Role, name: str, signed: Path, before: int) -> Path:
    """Keep this signature, behind the first ``before`` bytes of the file, or take the one that another worker kept meanwhile: the
    file that counts, perhaps the same one. Raises as ``files.keep_once``.
    """
    if role == ROLES[0]:
        return files.keep_once(name, signed)
    behind = signed.with_suffix(".behind")
    with signed.open("rb") as file, behind.open("wb") as out:
        file.seek(before)
        shutil.copyfileobj(file, out)
    kept = files.keep_once(name, behind)
    if kept == behind:
        return signed
    os.truncate(signed, before)
    return _put_behind(signed, kept)


def _put_behind(file: Path, kept: Path) -> Path:
    with kept.open("rb") as behind, file.open("ab") as out:
        shutil.copyfileobj(behind, out)
    return file


def forget(item: CertificationItem) -> None:
    """Once the file is there, or nothing comes of it."""
    files.forget_half_done(*names_of(item))
