"""A copy certified on the spot in the demo's past: scan, register number and file, as the worker would make it."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from applications.actions.answer_checks import answer_checks
from applications.actions.approve_certification import approve_certification
from applications.actions.documents_wanted import Signs, Wanted, add_document
from applications.actions.make_certified_copy import make_certified_copy
from applications.actions.open_certification import open_certification
from applications.actions.submit_certification import submit_certification
from applications.models import Application, CertificationItem, Paper
from applications.notarisation.enums import JobState
from applications.notarisation.grounds import FINE, grounds_for
from citizens.models import User
from portal import clock, files
from portal.uploads import Inspected, inspect_upload

TITLE = "Giấy chứng nhận kết hôn"
PAGES = 1
SCAN_NAME = "giay-chung-nhan-ket-hon-mau.png"
# A4 at 100 dots an inch.
_SHEET = (827, 1169)
_INK, _PAPER, _LINE = "#1b1a17", "#fffdf6", "#b08d3c"
_LINES = (
    (90, 30, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    (130, 28, "Độc lập - Tự do - Hạnh phúc"),
    (260, 46, "GIẤY CHỨNG NHẬN KẾT HÔN"),
    (340, 30, "(bản mẫu để dùng thử, không có giá trị)"),
    (480, 30, "Chồng: Lê Văn Thử, sinh 01/02/1945"),
    (540, 30, "Vợ: Nguyễn Thị Mẫu, sinh 12/09/1948"),
    (640, 28, "Số 45/1972, ghi sổ ngày 20 tháng 10 năm 1972"),
)


def certify_here(paper: Paper, client_key: str, at: datetime, officer: User) -> None:
    """Certify a copy for this line of the checklist, from the scan to the file, at one moment."""
    item = open_certification(
        for_paper=paper,
        upload=_as_uploaded(),
        pages=PAGES,
        copies=1,
        client_key=f"{client_key}-copy",
        title=TITLE,
        at=at,
        acting_user=officer,
    )
    nothing_forbids(item, at, officer)
    submit_certification(item=item, at=at, acting_user=officer)
    sign_here(item, at, officer)


def add_here(
    draft: Application, client_key: str, title: str, copies: int, at: datetime, officer: User, *signs: Signs
) -> CertificationItem:
    """Add a document to a request that is being prepared, from the sample scan."""
    return add_document(
        application=draft,
        wanted=Wanted(title=title, copies=copies, signatories=signs),
        upload=_as_uploaded(),
        client_key=f"{client_key}-document",
        at=at,
        acting_user=officer,
    )


def nothing_forbids(item: CertificationItem, at: datetime, officer: User) -> None:
    """Every question is answered with no, and everybody named has signed before the officer."""
    answers = {ground.key: FINE for ground in grounds_for(item.certification.kind, clock.local_day(at))}
    seen = [one.pk for one in item.signatories.all()]
    answer_checks(item=item, answers=answers, seen_to_sign=seen, at=at, acting_user=officer)


def sign_here(item: CertificationItem, at: datetime, signer: User) -> None:
    """The signer approves and the file is made, at one moment."""
    approve_certification(item=item, at=at, acting_user=signer)
    make_certified_copy(item_id=item.pk, now=lambda: at)


def sign_all(dossier: Application, at: datetime, signer: User) -> None:
    """Everything of a received request that lies before the signer, a day later too: the store may have been emptied."""
    files.store([sample_scan().read_bytes()])
    for item in CertificationItem.objects.filter(certification__application=dossier, state=JobState.SUBMITTED):
        sign_here(item, at, signer)


def sample_scan() -> Path:
    """A scan that a visitor can upload at "certify here"; made when it is missing."""
    path = Path(settings.VAR_DIR) / "demo" / SCAN_NAME
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_drawn())
    return path


def _as_uploaded() -> Inspected:
    return inspect_upload(SimpleUploadedFile(SCAN_NAME, sample_scan().read_bytes()))


def _drawn() -> bytes:
    sheet = Image.new("RGB", _SHEET, _PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((40, 40, _SHEET[0] - 40, _SHEET[1] - 40), outline=_LINE, width=4)
    face = str(settings.BASE_DIR / "static" / "fonts" / "tinos-400.ttf")
    for top, size, text in _LINES:
        pen.text((_SHEET[0] // 2, top), text, fill=_INK, font=ImageFont.truetype(face, size), anchor="mt")
    made = io.BytesIO()
    sheet.save(made, "PNG", dpi=(100, 100))
    return made.getvalue()
