from __future__ import annotations

from PIL import ImageFile

from portal import pdf


def test_having_documents_made_does_not_let_cut_off_pictures_pass():
    assert pdf.STYLESHEETS
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
