"""Whoever of the staff gets to read a person's name has left a Look, at every address of ``test_role_matrix``."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from citizens.models import Look
from tests.role_world import World, a_world, ask, sign_in
from tests.test_role_matrix import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(at_hanoi: Any) -> World:
    return a_world(at_hanoi)


# Who is shown stands in the name of the person whom every dossier, and the ticket at the counter, is about.
# Another centre's people see none of it: that is the table's matter.
STAFF = "OSLMA"
# Says back what the request itself said, and looks nobody up.
SAYS_BACK = {"api_id_card_parse"}


def test_what_shows_the_persons_name_to_staff_writes_a_look(world: World) -> None:
    """Every address of the table as every role: whoever gets to read the name has left a Look of that person."""
    silent, shown = [], set()
    for column in STAFF:
        client = sign_in(column, world)
        for method, name, which in ((row[0], row[1], row[2]) for row in rows() if row[1] not in SAYS_BACK):
            cache.clear()
            answer, looks = ask_and_see(client, world, method, name, which)
            if answer.status_code == 200 and world.person.full_name in text_of(answer):
                shown.add(name)
                if not any(world.person.pk in [look.citizen_id, *look.subjects] for look in looks):
                    silent.append(f"{column} {method} {name}{which}")
                assert all(look.unit and look.role and look.reason for look in looks), name
    assert not silent, "\n".join(sorted(silent))
    # The test sees what it should see.
    assert shown >= {
        "applications:desk", "applications:dossier", "applications:worklist", "api_application", "api_applications",
        "api_take", "api_propose", "api_sign", "api_hand_over", "applications:register",
    }  # fmt: skip


def test_files_that_hold_the_name_write_a_look(world: World) -> None:
    """Nobody can read the name in a picture or a PDF as bytes."""
    client = sign_in("O", world)
    for name in ("applications:receipt", "applications:document"):
        answer, looks = ask_and_see(client, world, "GET", name)
        assert answer.status_code == 200
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


def ask_and_see(client: Client, world: World, method: str, name: str, which: str = "") -> tuple[Any, list[Look]]:
    """The answer, and the Looks it wrote before it was undone."""
    seen: list[Look] = []
    last = Look.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    answer = ask(
        client, world, method, name, which, before_undoing=lambda: seen.extend(Look.objects.filter(pk__gt=last))
    )
    return answer, seen


def text_of(answer: Any) -> str:
    content = b"" if answer.streaming else answer.content
    return (
        content.decode("utf-8", "replace") if answer["Content-Type"].startswith(("text/", "application/json")) else ""
    )


def test_what_another_centre_may_not_see_is_not_there_and_no_look(world: World) -> None:
    before = Look.objects.count()
    for column in "oslm":
        client = sign_in(column, world)
        for name in ("applications:dossier", "applications:receipt", "applications:document", "api_application"):
            assert client.get(world.address(name, "")).status_code == 404
        assert client.get(reverse("applications:document", args=[999_999])).status_code == 404
    assert Look.objects.count() == before
