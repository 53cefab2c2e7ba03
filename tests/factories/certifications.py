"""Copies to certify, made at the desk by the real actions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from applications.actions.answer_checks import answer_checks
from applications.actions.approve_certification import approve_certification
from applications.actions.documents_wanted import LAID_OUT, Signs, Wanted, add_document
from applications.actions.edit_draft import set_contact
from applications.actions.mark_paper import mark_paper
from applications.actions.open_certification import open_certification
from applications.actions.submit_certification import submit_certification
from applications.enums import PaperState
from applications.models import Application, CertificationItem, Paper
from applications.notarisation.grounds import FINE, grounds_for
from centres.enums import Role
from citizens.models import User
from portal.clock import local_day
from portal.uploads import inspect_upload
from tests.factories.applications import MONDAY, PHONE, a_draft, member_of

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


def checked(item: CertificationItem, at: datetime = MONDAY) -> CertificationItem:
    """Nothing forbids certifying it, and everybody named has signed before the officer."""
    return answer_checks(
        item=item,
        answers={ground.key: FINE for ground in grounds_for(item.certification.kind, local_day(at))},
        seen_to_sign=[signatory.pk for signatory in item.signatories.all()],
        at=at,
        acting_user=item.certification.requested_by,
    )


def a_request(
    *titles: str,
    procedure: str = "certified_copy",
    register: str = "",
    copies: int = 1,
    electronic: bool = False,
    signatories: Sequence[Signs] = (),
    is_checked: bool = True,
    **draft: Any,
) -> Application:
    """The draft of a request at the counter with a document of each title (one page each), found in order."""
    application = draft_of_request(procedure, **draft)
    for title in titles or ("Giấy khai sinh",):
        item = a_document(
            application,
            title,
            register=register,
            copies=copies,
            electronic=electronic,
            signatories=signatories,
        )
        if is_checked:
            checked(item)
    return Application.objects.get(pk=application.pk)


def draft_of_request(procedure: str = "certified_copy", **draft: Any) -> Application:
    """A draft that asks for certification, with nothing in it yet but its applicant's contact and the papers shown."""
    application = a_draft(procedure=procedure, complete=False, **draft)
    by: User = application.opened_by
    application = set_contact(application=application, phone=PHONE, email="", at=MONDAY, acting_user=by)
    for paper in application.papers.exclude(kind__key__in=LAID_OUT):
        mark_paper(paper=paper, there=True, at=MONDAY, acting_user=by)
    return application


def a_document(
    application: Application,
    title: str = "Giấy khai sinh",
    *,
    scan: bytes | None = None,
    register: str = "",
    **wanted: Any,
) -> CertificationItem:
    """One more document of a request that is still a draft."""
    return add_document(
        application=application,
        wanted=Wanted(title=title, **wanted),
        upload=inspect_upload(SimpleUploadedFile("scan.jpg", scan or a_picture())),
        client_key=f"ban-sao-{next(_keys)}",
        register=register,
        at=MONDAY,
        acting_user=application.opened_by,
    )


def a_submitted_item(paper: Paper | None = None, **item: Any) -> CertificationItem:
    """One that lies before the signer."""
    waiting = checked(an_item(paper, **item))
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
