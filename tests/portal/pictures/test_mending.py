"""Turns, straightening and cropping, one after the other."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from portal.filekinds import JPEG, PDF, PNG, TIFF
from portal.pictures.looking import look
from portal.pictures.mending import as_jpeg, mended, with_mend
from portal.pictures.opening import CannotOpen, dots_per_inch, open_page
from tests.factories.certifications import a_picture
from tests.factories.pages import a_page, as_bytes


@pytest.fixture
def corners() -> Image.Image:
    """A wide picture whose corners differ."""
    image = Image.new("L", (200, 100), 128)
    image.paste(255, (0, 0, 20, 10))  # top left
    image.paste(0, (180, 0, 200, 10))  # top right
    return image


def test_a_turn_is_clockwise_and_four_quarters_are_none(corners: Image.Image) -> None:
    right = mended(corners, [["turn", 90]])
    assert right.size == (100, 200)
    assert right.getpixel((95, 5)) == 255 and right.getpixel((95, 195)) == 0
    assert mended(corners, [["turn", 270]]).getpixel((5, 195)) == 255
    assert mended(corners, [["turn", 180]]).getpixel((195, 95)) == 255
    mends: list[list[object]] = []
    for _quarter in range(4):
        mends = with_mend(mends, ["turn", 90])
    assert mends == []
    assert with_mend([["turn", 90], ["crop", 0, 0, 500, 500]], ["turn", 90])[-1] == ["turn", 90]


def test_a_crop_after_a_turn_keeps_what_was_seen_there(corners: Image.Image) -> None:
    kept = mended(corners, [["turn", 90], ["crop", 500, 0, 1000, 500]])
    assert kept.size == (50, 100)
    assert kept.getpixel((45, 5)) == 255


@pytest.mark.parametrize("degrees", [-4, -2, 3])
def test_a_page_straightened_as_proposed_is_straight_and_loses_nothing(degrees: float) -> None:
    page = a_page().rotate(degrees, Image.Resampling.BICUBIC, fillcolor="white")
    straight = mended(page, [["straighten", look(page).lean]])
    assert look(straight).hints == ()
    assert straight.width >= page.width and straight.height >= page.height


def test_what_a_camera_wrote_down_is_followed_once_and_not_kept(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: the picture lies on its side in the file
    exif[0x010F] = "Nhà sản xuất"
    taken = tmp_path / "x"
    taken.write_bytes(a_picture(size=(200, 100), exif=exif))
    page = open_page(taken, JPEG, 1)
    assert page.size == (100, 200)
    with Image.open(io.BytesIO(as_jpeg(page, longest=50))) as kept:
        assert kept.size == (25, 50)
        assert not kept.getexif()


def test_pages_of_each_kind_of_file_open(tmp_path: Path) -> None:
    frames = [Image.new("1", (60, 80 + number), 1) for number in range(3)]
    tiff = tmp_path / "t"
    tiff.write_bytes(as_bytes(frames[0], "TIFF", save_all=True, append_images=frames[1:], dpi=(200, 200)))
    assert open_page(tiff, TIFF, 3).size == (60, 82)
    assert dots_per_inch(tiff, TIFF, 1) == 200
    clear = tmp_path / "p"
    clear.write_bytes(as_bytes(Image.new("RGBA", (30, 30), (0, 0, 0, 0)), "PNG"))
    assert open_page(clear, PNG, 1).getpixel((5, 5)) == (255, 255, 255)
    scan = tmp_path / "d"
    scan.write_bytes(as_bytes(a_page(), "PDF", resolution=150))
    assert open_page(scan, PDF, 1).size == pytest.approx((1653, 2339), abs=2)
    assert dots_per_inch(scan, PDF, 1) == pytest.approx(150, abs=1)
    for kind in (PDF, JPEG):
        with pytest.raises(CannotOpen):
            open_page(clear, kind, 1)
