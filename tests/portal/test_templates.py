"""What templates may not hold: comments and tags that go on in a second line, which Django would show, and forms whose
mistakes the browser would tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# The same lexer's marks: whatever is left of these on a line was no comment, variable or tag.
WHOLE = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}")
HALF = re.compile(r"\{[#{%]|[#}%]\}")
VERBATIM = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL)


def torn(text: str) -> Iterator[int]:
    """The lines on which a comment, a variable or a tag begins or ends without its other half."""
    bare = VERBATIM.sub(lambda found: "\n" * found[0].count("\n"), text)
    for number, line in enumerate(bare.split("\n"), 1):
        if HALF.search(WHOLE.sub("", line)):
            yield number


@pytest.mark.parametrize(
    "text", ["{# one\ntwo #}", "<p>{{ name\n|pick }}</p>", "{% if a\n and b %}{% endif %}", "{# one }"]
)
def test_a_torn_mark_is_seen(text: str) -> None:
    assert list(torn(text))


@pytest.mark.parametrize(
    "text", ["{# one #}{{ two|x:'{' }}\n{% if a %}b{% endif %}", "<style>a{b{}}\n</style>", "100 %"]
)
def test_a_whole_one_is_not(text: str) -> None:
    assert not list(torn(text))


def test_no_template_shows_its_comments_or_tags() -> None:
    files = [path for path in TEMPLATES.rglob("*") if path.is_file()]
    found = [f"{path.relative_to(TEMPLATES)}:{line}" for path in files for line in torn(path.read_text())]
    assert len(files) > 100
    assert not found


FORM = re.compile(r"<form\b(?:\{%.*?%\}|\{\{.*?\}\}|[^>{])*>(?=(.*?)</form>)", re.DOTALL)


def test_no_browser_says_in_its_own_language_what_is_wrong() -> None:
    """What has to be filled in is said by the portal, beside the field, in the language of its page."""
    left = []
    for path in TEMPLATES.rglob("*.html"):
        for form in FORM.finditer(path.read_text(encoding="utf-8")):
            if re.search(r"\srequired\b|includes/field\.html", form[1]) and "novalidate" not in form[0]:
                left.append(f"{path.name}: {form[0]}")
    assert not left
