"""What is not there in every language is told: when files are loaded, when a version is published, and in the lists."""

from __future__ import annotations

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from portal import clock
from procedures.loading.checking import CATALOGUE
from procedures.models import Procedure, ProcedureVersion
from tests.procedures.written import NOW, a_draft

pytestmark = pytest.mark.django_db
LAND = "land_change_info.yaml"


@pytest.fixture(autouse=True)
def monday():
    with clock.fixed(NOW):
        yield


def load(folder: Path, *options: str) -> str:
    warned = StringIO()
    call_command("load_catalogue", str(folder), *options, stdout=StringIO(), stderr=warned)
    return warned.getvalue()


@pytest.mark.parametrize("options", [(), ("--check",), ("--diff",)])
def test_the_loader_warns_with_file_and_line_and_loads(tmp_path: Path, options: tuple[str, ...]) -> None:
    for name in ("fields.yaml", "papers.yaml", "groups.yaml", LAND):
        shutil.copy(CATALOGUE / name, tmp_path / name)
    lines = (tmp_path / LAND).read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("short_name:"))
    assert lines[first + 2].startswith("  en:")
    del lines[first + 2]
    (tmp_path / LAND).write_text("\n".join(lines), encoding="utf-8")
    assert load(tmp_path, *options) == f"warning: {LAND}:{first + 1}: not translated: en\n"
    assert Procedure.objects.filter(key="land_change_info").exists() is (options == ())


def test_the_shipped_catalogue_is_translated() -> None:
    assert load(CATALOGUE, "--check") == ""


@pytest.mark.usefixtures("catalogue", "national_days")
def test_publishing_says_what_is_not_translated(admin_client: Client) -> None:
    draft = a_draft(admin_client)
    answer = admin_client.post(reverse("admin:procedures_version_publish", args=[draft.pk]), follow=True)
    (warning,) = [str(message) for message in answer.context["messages"] if message.level_tag == "warning"]
    assert warning.startswith("Chưa dịch")
    assert "Câu hỏi 2, câu hỏi (Tiếng Anh, Tiếng Hàn)" in warning
    assert "Kết quả" not in warning
    draft.refresh_from_db()
    assert draft.published_at is not None


@pytest.mark.usefixtures("catalogue", "national_days")
def test_what_is_to_be_translated_is_found_in_the_lists(admin_client: Client) -> None:
    draft = a_draft(admin_client)
    for kind, wanted in (("procedureversion", draft), ("procedure", draft.procedure)):
        address = reverse(f"admin:procedures_{kind}_changelist")
        assert admin_client.get(address).context["cl"].result_count > 1
        assert list(admin_client.get(f"{address}?untranslated=yes").context["cl"].queryset) == [wanted]
    assert ProcedureVersion.objects.count() > 1
