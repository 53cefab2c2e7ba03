"""The administration's first page, as the city administrator reads it."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.utils.functional import Promise


@pytest.mark.django_db
def test_nothing_of_the_lock_against_guessing_is_listed(admin_client: Client) -> None:
    """Its tables stay empty: what it counts is kept in the cache."""
    page = admin_client.get("/admin/").content.decode()
    assert "Access" not in page
    assert "axes" not in page.lower()


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=lambda model: model._meta.label))
def test_everything_listed_has_a_name_that_is_translated(model: type) -> None:
    assert isinstance(model._meta.verbose_name, Promise)
