"""What is seen at a glance on a page: each hint on pages that earn it, and silence on those that do not."""

from __future__ import annotations

import pytest
from PIL import Image, ImageEnhance, ImageFilter

from portal.pictures.looking import look
from tests.factories.pages import CAPITALS, ENGLISH, VIETNAMESE, a_blank_page, a_page, a_stamped_page

TURN = Image.Transpose
FACES = ["tinos-400.ttf", "be-vietnam-pro-400.ttf"]
WRITINGS = {"vietnamese": VIETNAMESE, "english": ENGLISH, "capitals": CAPITALS}
FIGURES = ("12 345 678", "2 040 100 9", "77 118 310", "930 442 15")


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("points", [9, 14])
def test_the_way_a_page_stands_is_seen_in_any_writing(face: str, writing: str, points: float) -> None:
    page = a_page(WRITINGS[writing], font=face, points=points)
    assert look(page).hints == ()
    assert look(page.transpose(TURN.ROTATE_90)).hints == ("sideways",)
    assert look(page.transpose(TURN.ROTATE_270)).hints == ("sideways",)
    # It may be silent, and is never wrong; in sentences it is not silent.
    said = look(page.transpose(TURN.ROTATE_180)).hints
    assert said == ("upside_down",) if writing != "capitals" else said in ((), ("upside_down",))


def test_writing_that_looks_alike_both_ways_up_is_not_called_upside_down() -> None:
    page = a_page(FIGURES, points=14)
    for turned in (page, page.transpose(TURN.ROTATE_180)):
        assert "upside_down" not in look(turned).hints


@pytest.mark.parametrize("degrees", [-6, -4, -2, -1.2, 1.4, 2, 3, 4])
def test_a_crooked_page_is_seen_and_the_turn_that_mends_it_is_named(degrees: float) -> None:
    page = a_page().rotate(degrees, Image.Resampling.BICUBIC, fillcolor="white")
    for turned, hints in ((page, ("crooked",)), (page.transpose(TURN.ROTATE_90), ("sideways", "crooked"))):
        seen = look(turned)
        assert seen.hints == hints
        assert seen.lean == pytest.approx(-degrees, abs=0.25)


@pytest.mark.parametrize("degrees", [0, 0.4, -0.5])
def test_a_page_as_straight_as_a_scanner_makes_it_is_left_alone(degrees: float) -> None:
    seen = look(a_page().rotate(degrees, Image.Resampling.BICUBIC, fillcolor="white"))
    assert (seen.hints, seen.lean) == ((), 0.0)


def test_noise_dust_and_a_shadow_at_the_edge_are_a_blank_page() -> None:
    assert look(a_blank_page()).hints == ("blank",)


def test_a_stamp_or_one_line_of_writing_is_not_nothing() -> None:
    assert look(a_stamped_page()).hints == ()
    one_line = Image.new("RGB", (1240, 1754), "white")
    one_line.paste(a_page().crop((0, 140, 1240, 190)), (0, 800))
    assert "blank" not in look(one_line).hints


@pytest.mark.parametrize(("light", "hints"), [(0.2, ("dark",)), (0.4, ("dark",)), (0.7, ()), (1.0, ())])
def test_a_dark_picture_is_seen(light: float, hints: tuple[str, ...]) -> None:
    assert look(ImageEnhance.Brightness(a_page()).enhance(light)).hints == hints


@pytest.mark.parametrize(("blur", "hints"), [(0.7, ()), (1.5, ()), (3, ("unreadable",)), (6, ("unreadable",))])
def test_a_blurred_picture_is_seen(blur: float, hints: tuple[str, ...]) -> None:
    assert look(a_page().filter(ImageFilter.GaussianBlur(blur))).hints == hints


def test_too_few_dots_are_seen_by_the_files_word_or_as_on_a4() -> None:
    assert look(a_page(size=(620, 877))).hints == ("small",)
    assert look(a_page(size=(620, 877)), dots=200).hints == (), "an identity card at 200 dots an inch"
    assert look(a_page(), dots=100).hints == ("small",)
    assert look(a_page(size=(2480, 3508))).hints == ()


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (40, 30)])
def test_a_picture_of_next_to_nothing_is_looked_at_all_the_same(size: tuple[int, int]) -> None:
    assert "small" in look(Image.new("L", size, 200)).hints
