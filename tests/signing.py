"""One throw-away authority and one signed copy for all tests: making them is what takes time."""

# ruff: noqa: PLC0415 - the models can be imported once a test runs, not when this file is read

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.conf import LazySettings
from django.test import override_settings

if TYPE_CHECKING:
    from applications.notarisation.compose import CopyText
    from applications.notarisation.signing.throwaway import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    from applications.notarisation.signing.responder import serving

    with serving(tmp_path_factory.mktemp("authority")) as running:
        yield running


@pytest.fixture
def signing(authority: Authority, settings: LazySettings) -> Authority:
    """The portal signs with the throw-away authority's keys."""
    for name, value in authority.environment().items():
        setattr(settings, name, value)
    return authority


@pytest.fixture(scope="session")
def unsigned_copy() -> tuple[bytes, CopyText]:
    from applications.notarisation.describe import checking_url
    from portal.filekinds import JPEG
    from tests.applications.notarisation.composed import compose
    from tests.applications.notarisation.signed import CODE
    from tests.applications.notarisation.test_compose import TEXT
    from tests.factories.certifications import a_picture

    text = replace(TEXT, is_signed=True, link=checking_url(CODE))
    return compose(a_picture(), JPEG, text).content, text


@pytest.fixture(scope="session")
def half_signed_copy(authority: Authority, unsigned_copy: tuple[bytes, CopyText]) -> bytes:
    from tests.applications.notarisation.signed import signed_as_signer

    with override_settings(**authority.environment()):
        return signed_as_signer(*unsigned_copy)


@pytest.fixture(scope="session")
def signed_copy(authority: Authority, unsigned_copy: tuple[bytes, CopyText], half_signed_copy: bytes) -> bytes:
    from tests.applications.notarisation.signed import signed_as_unit

    with override_settings(**authority.environment()):
        return signed_as_unit(half_signed_copy, unsigned_copy[1])
