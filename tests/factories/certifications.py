"""Copies to certify, made at the desk by the real actions."""

from __future__ import annotations

import io
from datetime import datetime
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from applications.actions.approve_certification import approve_certification
from applications.actions.open_certification import open_certification
from applications.actions.submit_certification import submit_certification
from applications.enums import PaperState
from applications.models import Application, CertificationItem, Paper
from centres.enums import Role
from citizens.models import User
from portal.uploads import inspect_upload
from tests.factories.applications import MONDAY, a_draft, member_of

_keys = count(1)


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (620, 877), **save: Any) -> bytes:
    """A sheet at 75 dots an inch with a frame and a word on it."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).rectangle((20, 20, size[0] - 20, size[1] - 20), outline="navy", width=4)
    out = io.BytesIO()
    image.save(out, kind, **save)
    return out.getvalue()


def a_missing_paper(draft: Application | None = None) -> Paper:
    """A line of a draft's checklist whose certified copy nobody brought; all others are there."""
    draft = draft or a_draft(procedure="marriage", email="")
    paper = draft.papers.exclude(state=PaperState.LOOKED_UP).first()
    assert paper is not None
    paper.state = PaperState.MISSING
    paper.save(update_fields=["state"])
    return paper


def an_item(
    paper: Paper | None = None,
    *,
    scan: bytes | None = None,
    name: str = "scan.jpg",
    title: str = "Giấy chứng nhận kết hôn",
    pages: int = 3,
    copies: int = 2,
    client_key: str = "",
    at: datetime = MONDAY,
) -> CertificationItem:
    """A scan that waits for approval."""
    paper = paper or a_missing_paper()
    return open_certification(
        for_paper=paper,
        upload=inspect_upload(SimpleUploadedFile(name, scan or a_picture())),
        pages=pages,
        copies=copies,
        client_key=client_key or f"ban-sao-{next(_keys)}",
        title=title,
        several_on_a_sheet=True,
        at=at,
        acting_user=paper.application.opened_by,
    )


def a_submitted_item(paper: Paper | None = None, **item: Any) -> CertificationItem:
    """One that lies before the signer."""
    waiting = an_item(paper, **item)
    return submit_certification(
        item=waiting, at=waiting.certification.requested_at, acting_user=waiting.certification.requested_by
    )


def signer_for(item: CertificationItem) -> User:
    """The leader of the centre where it was asked for."""
    return member_of(Role.LEADER, item.certification.application.helped_at)


def an_approved_item(paper: Paper | None = None, **item: Any) -> CertificationItem:
    """One with its number taken, whose file is still to be made."""
    submitted = a_submitted_item(paper, **item)
    approve_certification(item=submitted, at=MONDAY, acting_user=signer_for(submitted))
    submitted.refresh_from_db()
    return submitted
