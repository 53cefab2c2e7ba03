"""Versions of a signed paper: the file as it was issued, and those with further time stamps over it."""

from __future__ import annotations

from applications.models.sealing import ArchiveStamp, WithdrawalList


def issued_under(sha256: str) -> str:
    """The hash under which this version was issued; its own for a file with no later version, or that is none of ours."""
    return ArchiveStamp.objects.filter(sha256=sha256).values_list("first", flat=True).first() or sha256


def newest_of(sha256: str) -> str:
    """The hash of the version that stays good for longest, of the file that was issued under this one."""
    rows = ArchiveStamp.objects.filter(first=sha256).order_by("-sequence")
    return rows.values_list("sha256", flat=True).first() or sha256


def kept_lists() -> list[bytes]:
    """The lists of withdrawn certificates of those who stamped them, as they were fetched last."""
    rows = WithdrawalList.objects.filter(fetched_at__isnull=False).values_list("content", flat=True)
    return [bytes(content) for content in rows]
