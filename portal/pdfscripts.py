"""Whether a PDF does something, or carries something, beside showing its pages.

Only what a reader acts on by itself or at a click is looked at: the document's own entries, its pages' and their notes'.
"""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

# Actions that run, start or send something; one that only leads to a page or a web address does not.
_ACTIVE = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/Movie", "/RichMediaExecute"}
_ACTIVE_NOTES = {"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/3D"}
# Actions may follow one another; further than this nobody needs them to.
_MOST_ACTIONS = 20


def does_more_than_show(pdf: pikepdf.Pdf) -> bool:
    """Whether there is a script, a program to start or a file inside."""
    return _document_does(pdf.Root) or any(_page_does(page.obj) for page in pdf.pages)


def _document_does(root: pikepdf.Object) -> bool:
    names = root.get("/Names")
    named = isinstance(names, pikepdf.Dictionary) and ("/JavaScript" in names or "/EmbeddedFiles" in names)
    form = root.get("/AcroForm")
    has_xfa = isinstance(form, pikepdf.Dictionary) and "/XFA" in form
    return named or has_xfa or _acts(root, "/OpenAction")


def _page_does(page: pikepdf.Object) -> bool:
    if _acts(page, ""):
        return True
    notes = page.get("/Annots")
    return isinstance(notes, pikepdf.Array) and any(
        isinstance(note, pikepdf.Dictionary) and (str(note.get("/Subtype")) in _ACTIVE_NOTES or _acts(note, "/A"))
        for note in notes
    )


def _acts(holder: pikepdf.Object, key: str) -> bool:
    """Whether one of its actions is active: that under this key, or one for an occasion (``/AA``)."""
    occasions = holder.get("/AA")
    given = list(occasions.values()) if isinstance(occasions, pikepdf.Dictionary) else []
    return any(str(action.get("/S")) in _ACTIVE for action in _chain([*given, holder.get(key) if key else None]))


def _chain(actions: list[pikepdf.Object | None]) -> Iterator[pikepdf.Dictionary]:
    left, seen = list(actions), 0
    while left and seen < _MOST_ACTIONS:
        action = left.pop()
        if not isinstance(action, pikepdf.Dictionary):
            continue
        seen += 1
        yield action
        following = action.get("/Next")
        left += list(following) if isinstance(following, pikepdf.Array) else [following]
