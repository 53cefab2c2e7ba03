"""A copy certified on the spot in the demo's past: scan, register number and file, as the worker would make it."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from applications.actions.approve_certification import approve_certification
from applications.actions.make_certified_copy import make_certified_copy
from applications.actions.open_certification import open_certification
from applications.actions.submit_certification import submit_certification
from applications.models import Paper
from citizens.models import User
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
    submit_certification(item=item, at=at, acting_user=officer)
    approve_certification(item=item, at=at, acting_user=officer)
    make_certified_copy(item_id=item.pk, now=lambda: at)


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
