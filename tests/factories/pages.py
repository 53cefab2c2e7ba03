"""Pages of paper as a scanner or a phone would see them, drawn."""

from __future__ import annotations

import io
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).resolve().parents[2] / "static" / "fonts"
A4 = (1240, 1754)  # at 150 dots an inch
VIETNAMESE = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "GIẤY CHỨNG NHẬN KẾT HÔN",
    "Họ, chữ đệm, tên vợ: Nguyễn Thị Ánh Tuyết",
    "Ngày, tháng, năm sinh: 01/02/1990; dân tộc Kinh",
    "Nơi cư trú: số 12 ngõ 5 phố Chùa Bộc, phường Kim Liên",
    "Họ, chữ đệm, tên chồng: Phạm Văn Nam, quốc tịch Việt Nam",
    "Giấy tờ tùy thân: căn cước số 001092000123 cấp ngày 05/06/2021",
    "Đăng ký kết hôn tại Ủy ban nhân dân phường Kim Liên",
    "Giấy này có giá trị kể từ ngày ký và không phải gia hạn.",
)
ENGLISH = (
    "This is to certify that the holder of this paper",
    "has completed the course of study prescribed by",
    "the faculty and is entitled to the degree of",
    "Bachelor of Science with all the rights thereto.",
    "Given under the seal of the university in the year",
)
CAPITALS = (
    "GIẤY CHỨNG NHẬN QUYỀN SỬ DỤNG ĐẤT",
    "QUYỀN SỞ HỮU NHÀ Ở VÀ TÀI SẢN KHÁC",
    "ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI",
    "CHỨNG NHẬN ÔNG TRẦN VĂN BÌNH SỬ DỤNG",
)


def a_page(
    lines: tuple[str, ...] = VIETNAMESE,
    *,
    size: tuple[int, int] = A4,
    font: str = "tinos-400.ttf",
    points: float = 13,
    noise: float = 3,
    paper: int = 246,
) -> Image.Image:
    """A page of writing, with the noise of a scanner."""
    page = Image.new("RGB", size, (paper, paper, paper))
    pen = ImageDraw.Draw(page)
    scale = size[1] / A4[1]
    height = round(points / 72 * 150 * scale)
    face = ImageFont.truetype(FONTS / font, height)
    top = round(150 * scale)
    for number, line in enumerate(lines * (30 // len(lines))):
        words = line.split()
        turned = number % len(words)  # or the same letters would stand in columns
        pen.text((round(130 * scale), top), " ".join(words[turned:] + words[:turned]), fill="#222", font=face)
        top += round(height * 1.7)
        if top > size[1] - 150 * scale:
            break
    return noisy(page, noise)


def noisy(page: Image.Image, noise: float) -> Image.Image:
    """What a scanner adds: each dot a little off."""
    grain = np.random.default_rng(7).normal(0, noise, (page.height, page.width, 1))
    return Image.fromarray(np.clip(np.asarray(page, dtype=float) + grain, 0, 255).astype(np.uint8))


def a_blank_page(*, dust: int = 60) -> Image.Image:
    """Nothing but noise, dust and the shadow along one edge."""
    page = Image.new("RGB", A4, (240, 240, 238))
    pen, chance = ImageDraw.Draw(page), random.Random(3)
    for _speck in range(dust):
        x, y = chance.randrange(A4[0]), chance.randrange(A4[1])
        pen.rectangle((x, y, x + chance.randrange(3), y + chance.randrange(3)), fill="#777")
    pen.rectangle((0, 0, 14, A4[1]), fill="#555")
    return noisy(page, 5)


def a_stamped_page() -> Image.Image:
    """Nothing but a round red stamp."""
    page = Image.new("RGB", A4, (246, 246, 246))
    pen = ImageDraw.Draw(page)
    pen.ellipse((700, 1100, 910, 1310), outline="#c3272b", width=6)
    pen.text((750, 1180), "ỦY BAN", fill="#c3272b", font=ImageFont.truetype(FONTS / "tinos-700.ttf", 30))
    return noisy(page, 3)


def as_bytes(page: Image.Image, kind: str = "JPEG", **save: object) -> bytes:
    out = io.BytesIO()
    page.save(out, kind, **save)
    return out.getvalue()
