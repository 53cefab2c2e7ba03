"""Who reads a person's name in a file or in the administration has left a Look; pages: ``test_role_matrix``."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from citizens.models import Look
from tests.role_world import World, a_world, ask_and_see, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(at_hanoi: Any) -> World:
    return a_world(at_hanoi)


def test_files_that_hold_the_name_write_a_look(world: World) -> None:
    """Nobody can read the name in a picture or a PDF as bytes."""
    client = sign_in("O", world)
    for name in ("applications:receipt", "applications:document"):
        answer, looks = ask_and_see(client, world, "GET", name)
        assert answer.status_code in (200, 302)
        assert [look.citizen for look in looks] == [world.person], name
    answer, looks = ask_and_see(client, world, "GET", "applications:register_month")
    assert answer.status_code == 200
    assert [look.subjects for look in looks] == [[world.person.pk]]


def test_pages_of_the_administration_that_show_a_name_write_a_look(world: World) -> None:
    client, silent = sign_in("A", world), []
    for model in admin.site._registry:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages = [reverse(f"{base}_changelist")]
        pages += [
            reverse(f"{base}_{page}", args=[pk])
            for pk in model._default_manager.values_list("pk", flat=True)[:40]
            for page in ("change", "history")
        ]
        for page in pages:
            before = Look.objects.count()
            answer = client.get(page)
            shows = answer.status_code == 200 and world.person.full_name in answer.content.decode()
            if shows and Look.objects.count() == before:
                silent.append(page)
    assert not silent, "\n".join(silent)


def test_what_another_centre_may_not_see_is_not_there_and_no_look(world: World) -> None:
    before = Look.objects.count()
    for column in "oslm":
        client = sign_in(column, world)
        for name in ("applications:dossier", "applications:receipt", "applications:document", "api_application"):
            assert client.get(world.address(name, "")).status_code == 404
        assert client.get(reverse("applications:document", args=[999_999])).status_code == 404
    assert Look.objects.count() == before
