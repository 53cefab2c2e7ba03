"""A copy certified on the spot in the demo's past: scan, register number and file, as the worker would make it."""

from __future__ import annotations

import io
import textwrap
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from applications.actions.answer_checks import answer_checks
from applications.actions.approve_certification import approve_certification
from applications.actions.documents_wanted import Signs, Wanted, add_document
from applications.actions.edit_draft import answer_facts
from applications.actions.make_certified_copy import make_certified_copy
from applications.actions.open_certification import open_certification
from applications.actions.submit_certification import submit_certification
from applications.actions.wait_for_copy import wait_for_copy
from applications.enums import PaperState, State
from applications.models import Application, CertificationItem, Paper
from applications.notarisation.enums import JobState
from applications.notarisation.grounds import FINE, grounds_for
from centres.actions.call_next import call_next
from centres.enums import Role, TicketState
from centres.models import Centre, Ticket
from citizens.models import User
from portal import clock, files
from portal.uploads import Inspected, inspect_upload
from procedures.enums import CopyForm

TITLE = "Giấy chứng nhận kết hôn"
PAGES = 1
# How many copies wait for the signer when the demo begins.
AT_SIGNER = 2
_SIGNED_AFTER = timedelta(minutes=4)
SCAN_NAME = "giay-chung-nhan-ket-hon-mau.png"
# A4 at 100 dots an inch.
_SHEET = (827, 1169)
_INK, _PAPER, _LINE = "#1b1a17", "#fffdf6", "#b08d3c"
_HEAD = (
    (90, 30, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    (130, 28, "Độc lập - Tự do - Hạnh phúc"),
    (420, 30, "(bản mẫu để dùng thử, không có giá trị)"),
)
_MARRIAGE = (
    (520, 30, "Chồng: Lê Văn Thử, sinh 01/02/1945"),
    (580, 30, "Vợ: Nguyễn Thị Mẫu, sinh 12/09/1948"),
    (680, 28, "Số 45/1972, ghi sổ ngày 20 tháng 10 năm 1972"),
)
_TITLE_TOP, _TITLE_SIZE, _TITLE_LETTERS = 260, 46, 24


def certify_here(paper: Paper, client_key: str, at: datetime, officer: User) -> None:
    """Certify a copy for this line of the checklist, from the scan over the signer to the file, at one moment."""
    _sign_and_make(_sent(paper, client_key, at, officer), at)


def leave_at_signer(centre: Centre, at: datetime) -> None:
    """Two of those who are at a counter for their land now need a copy certified: it lies before the signer. One sits down
    meanwhile, and that counter calls the next."""
    for place, ticket in enumerate(_with_land(centre, at)[:AT_SIGNER]):
        draft = ticket.matters.get(application__state=State.DRAFT).application
        officer = ticket.counter.officer if ticket.counter else None
        if officer is None:
            continue
        facts = {**draft.facts, "joint_owners": True}
        draft = answer_facts(application=draft, facts=facts, at=at, acting_user=officer)
        paper = draft.papers.filter(state=PaperState.MISSING, form_of_copy=CopyForm.CERTIFIED_COPY).first()
        if paper is None:
            continue
        _sent(paper, f"{ticket.client_key}-copy", at, officer)
        if place == 0:
            wait_for_copy(ticket=ticket, reason="Chờ bản sao chứng thực", at=at, acting_user=officer)
            call_next(at=at, acting_user=officer)


def sign_earlier(centre: Centre, before: datetime) -> None:
    """What an earlier demo day left before the signer was signed on that day; a visitor's own stays."""
    left = CertificationItem.objects.filter(
        state=JobState.SUBMITTED, client_key__startswith="demo-", certification__application__helped_at=centre
    )
    for item in left.filter(submitted_at__lt=before).order_by("pk"):
        if item.submitted_at is not None:
            _sign_and_make(item, item.submitted_at + _SIGNED_AFTER)


def _with_land(centre: Centre, at: datetime) -> list[Ticket]:
    rows = Ticket.objects.of_day(centre, clock.local_day(at)).filter(
        state=TicketState.SERVING, matters__application__state=State.DRAFT, letter="A"
    )
    return list(rows.select_related("counter__officer").order_by("pk").distinct())


def _sign_and_make(item: CertificationItem, at: datetime) -> None:
    approve_certification(item=item, at=at, acting_user=_signer(item))
    make_certified_copy(item_id=item.pk, now=lambda: at)


def _signer(item: CertificationItem) -> User:
    centre = item.certification.application.helped_at
    return User.objects.filter(memberships__centre=centre, memberships__role=Role.LEADER).order_by("pk")[0]


def _sent(paper: Paper, client_key: str, at: datetime, officer: User) -> CertificationItem:
    """Scanned at the desk and sent to the signer."""
    item = open_certification(
        for_paper=paper,
        upload=_as_uploaded(TITLE),
        pages=PAGES,
        copies=1,
        client_key=f"{client_key}-copy",
        title=TITLE,
        at=at,
        acting_user=officer,
    )
    nothing_forbids(item, at, officer)
    return submit_certification(item=item, at=at, acting_user=officer)


def add_here(
    draft: Application, client_key: str, title: str, copies: int, at: datetime, officer: User, *signs: Signs
) -> CertificationItem:
    """Add a document to a request that is being prepared, from a scan that bears its title."""
    return add_document(
        application=draft,
        wanted=Wanted(title=title, copies=copies, signatories=signs),
        upload=_as_uploaded(title),
        client_key=f"{client_key}-document",
        at=at,
        acting_user=officer,
    )


def nothing_forbids(item: CertificationItem, at: datetime, officer: User) -> None:
    """Every question is answered with no, and everybody named has signed before the officer."""
    answers = {ground.key: FINE for ground in grounds_for(item.certification.kind, clock.local_day(at))}
    seen = [one.pk for one in item.signatories.all()]
    answer_checks(item=item, answers=answers, seen_to_sign=seen, at=at, acting_user=officer)


def sign_all(dossier: Application, at: datetime) -> None:
    """Everything of a received request that lies before the signer, a day later too: the store may have been emptied."""
    for item in CertificationItem.objects.filter(certification__application=dossier, state=JobState.SUBMITTED):
        files.store([_drawn(item.title)])
        _sign_and_make(item, at)


def sample_scan() -> Path:
    """A scan that a visitor can upload at "certify here"; made when it is missing."""
    path = Path(settings.VAR_DIR) / "demo" / SCAN_NAME
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_drawn(TITLE))
    return path


def _as_uploaded(title: str) -> Inspected:
    return inspect_upload(SimpleUploadedFile(SCAN_NAME if title == TITLE else "ban-quet-mau.png", _drawn(title)))


@cache
def _drawn(title: str) -> bytes:
    sheet = Image.new("RGB", _SHEET, _PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((40, 40, _SHEET[0] - 40, _SHEET[1] - 40), outline=_LINE, width=4)
    face = str(settings.BASE_DIR / "static" / "fonts" / "tinos-400.ttf")
    titles = [
        (_TITLE_TOP + line * (_TITLE_SIZE + 10), _TITLE_SIZE, words)
        for line, words in enumerate(textwrap.wrap(title.upper(), _TITLE_LETTERS))
    ]
    for top, size, text in (*_HEAD, *titles, *(_MARRIAGE if title == TITLE else ())):
        pen.text((_SHEET[0] // 2, top), text, fill=_INK, font=ImageFont.truetype(face, size), anchor="mt")
    made = io.BytesIO()
    sheet.save(made, "PNG", dpi=(100, 100))
    return made.getvalue()
