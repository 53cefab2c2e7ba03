"""The catalogue's files and the administration beside one another: neither undoes what the other says."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from portal import clock
from procedures import catalogue_cache
from procedures.actions.draft_version import draft_version
from procedures.actions.publish import publish
from procedures.loading.checking import CATALOGUE
from procedures.loading.writing import as_content, as_yaml
from procedures.models import Procedure, ProcedureVersion
from tests.procedures.written import NOW, TODAY, a_draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "national_days")]


@pytest.fixture(autouse=True)
def monday():
    with clock.fixed(NOW):
        yield


def load() -> str:
    out = StringIO()
    call_command("load_catalogue", stdout=out)
    return out.getvalue()


def test_what_is_exported_loads_without_a_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("fields", "papers", "groups", "listed", "life_events"):
        (tmp_path / f"{name}.yaml").write_bytes((CATALOGUE / f"{name}.yaml").read_bytes())
    for procedure in Procedure.objects.filter(versions__isnull=False).distinct():
        (tmp_path / f"{procedure.key}.yaml").write_text(as_yaml(as_content(procedure)), encoding="utf-8")
    call_command("load_catalogue", str(tmp_path), "--diff")
    assert capsys.readouterr().out.strip() == "No difference."


def test_a_written_procedure_is_exported_from_its_page(admin_client: Client, admin_user: Any, tmp_path: Path) -> None:
    draft = a_draft(admin_client)
    publish(version=draft, at=NOW, acting_user=admin_user)
    answer = admin_client.get(reverse("admin:procedures_procedure_export", args=[draft.procedure_id]))
    assert "Họ và tên" in answer.content.decode()
    for path in CATALOGUE.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "lam_the_thu_vien.yaml").write_bytes(answer.content)
    call_command("load_catalogue", str(tmp_path), "--check")


def test_there_is_no_file_of_what_is_only_listed(admin_client: Client) -> None:
    listed = Procedure.objects.filter(is_listed_only=True, versions__isnull=True).first()
    answer = admin_client.get(reverse("admin:procedures_procedure_export", args=[listed.pk]))
    assert answer.status_code == 302


def test_files_load_on_after_a_successor_was_published_here(admin_user: Any) -> None:
    old = catalogue_cache.version_in_force("land_change_info", TODAY)
    first = TODAY + timedelta(days=30)
    publish(
        version=draft_version(like=old, effective_from=first, acting_user=admin_user), at=NOW, acting_user=admin_user
    )
    assert "0 changes" in load()
    assert ProcedureVersion.objects.get(pk=old.pk).effective_to == first - timedelta(days=1)
    # Also where the file knows a later last day: it was brought forward.
    marriage = catalogue_cache.version_in_force("marriage", TODAY)
    between = draft_version(like=marriage, effective_from=first, acting_user=admin_user)
    between.effective_to = date(2027, 2, 28)
    between.save()
    publish(version=between, at=NOW, acting_user=admin_user)
    assert "0 changes" in load()
    for day, version in ((first - timedelta(days=1), marriage), (first, between)):
        assert catalogue_cache.version_in_force("marriage", day) == version
    assert catalogue_cache.version_in_force("marriage", date(2027, 3, 1)).number == 2


def test_a_draft_gives_its_number_to_a_version_of_the_file_and_keeps_its_words(admin_user: Any, tmp_path: Path) -> None:
    old = catalogue_cache.version_in_force("signature_cert", TODAY)
    draft = draft_version(like=old, effective_from=TODAY + timedelta(days=60), acting_user=admin_user)
    draft.legal_basis = ["Luật mới"]
    draft.save()
    for path in CATALOGUE.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    file = tmp_path / "signature_cert.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content["versions"][0]["effective_to"] = "2027-01-28"
    content["versions"].append({**content["versions"][0], "number": 2, "effective_from": "2027-01-29"})
    del content["versions"][1]["effective_to"]
    for version in content["versions"]:
        version["effective_from"] = str(version["effective_from"])
    file.write_text(as_yaml(content), encoding="utf-8")
    call_command("load_catalogue", str(tmp_path), stdout=StringIO())
    draft.refresh_from_db()
    assert (draft.number, draft.legal_basis, draft.published_at) == (3, ["Luật mới"], None)
    assert catalogue_cache.version_in_force("signature_cert", date(2027, 1, 29)).number == 2


def test_what_was_edited_here_is_left_alone_by_the_files_until_it_follows_them_again(admin_client: Client) -> None:
    birth = Procedure.objects.get(key="birth")
    page = admin_client.get(reverse("admin:procedures_procedure_change", args=[birth.pk]))
    sent = {
        name: value for name, value in page.context["adminform"].form.initial.items() if isinstance(value, str | int)
    }
    sent |= {
        f"{name}_{language}": text
        for name in ("name", "short_name", "handler", "receive_at")
        for language, text in getattr(birth, name).items()
    }
    sent |= {"also_said": "đẻ con", "other_codes": ""}
    answer = admin_client.post(reverse("admin:procedures_procedure_change", args=[birth.pk]), sent)
    assert answer.status_code == 302
    assert "0 changes" not in load()
    assert Procedure.objects.get(key="birth").also_said == ["đẻ con"]
    action = {"action": "follow_the_file", "_selected_action": [birth.pk]}
    admin_client.post(reverse("admin:procedures_procedure_changelist"), action)
    load()
    assert "đẻ con" not in Procedure.objects.get(key="birth").also_said


def test_a_layout_confirmed_stays_confirmed(admin_client: Client) -> None:
    land = catalogue_cache.version_in_force("land_change_info", TODAY)
    admin_client.post(reverse("admin:procedures_version_layout", args=[land.pk]))
    assert "0 changes" in load()
    assert ProcedureVersion.objects.get(pk=land.pk).layout_confirmed


def test_desk_keys_change_hands_by_the_files_and_stay_where_they_were_given_here(tmp_path: Path) -> None:
    for path in CATALOGUE.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for name, was, key in (("birth", 2, 3), ("marriage", 3, 2)):
        file = tmp_path / f"{name}.yaml"
        file.write_text(file.read_text().replace(f"desk_key: {was}", f"desk_key: {key}"))
    call_command("load_catalogue", str(tmp_path), stdout=StringIO())
    keys = dict(Procedure.objects.filter(desk_key__in=(2, 3)).values_list("key", "desk_key"))
    assert keys == {"birth": 3, "marriage": 2}
    Procedure.objects.filter(key="birth").update(desk_key=None)
    Procedure.objects.filter(key="extract").update(desk_key=3, edited_at=NOW)
    call_command("load_catalogue", str(tmp_path), stdout=StringIO())
    assert Procedure.objects.get(desk_key=3).key == "extract"
    assert Procedure.objects.get(key="birth").desk_key is None


def test_two_procedures_of_the_files_do_not_share_a_key(tmp_path: Path) -> None:
    for path in CATALOGUE.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    file = tmp_path / "birth.yaml"
    file.write_text(file.read_text().replace("desk_key: 2", "desk_key: 1"))
    with pytest.raises(CommandError, match="desk_key 1 is taken by"):
        call_command("load_catalogue", str(tmp_path), "--check")
