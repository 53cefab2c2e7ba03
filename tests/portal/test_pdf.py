from __future__ import annotations

import gc
import os
import threading

from PIL import ImageFile

from portal import pdf


def test_having_documents_made_does_not_let_cut_off_pictures_pass():
    assert pdf.STYLESHEETS
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_another_thread_that_forks_leaves_the_fonts_of_this_one_where_they_are():
    """A forked child drops what the other threads hold, the folders of their fonts with it."""
    pdf.render_html("<p>Giấy tiếp nhận</p>")
    fonts, _sheets = pdf._fonts()
    assert fonts._folder is not None
    before = sorted(fonts._folder.iterdir())
    # Only the thread holds them, as when nobody looks.
    folder = fonts._folder
    del fonts, _sheets

    def fork() -> None:
        child = os.fork()
        if not child:
            gc.collect()
            os._exit(0)
        os.waitpid(child, 0)

    other = threading.Thread(target=fork)
    other.start()
    other.join()

    assert before and sorted(folder.iterdir()) == before
