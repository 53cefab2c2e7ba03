from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True, scope="module")
def source_language() -> Iterator[None]:
    """Messages are compared in the source language, whatever the site's is. Once a module: property tests share it."""
    with translation.override("en"):
        yield
