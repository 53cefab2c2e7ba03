"""Loading the catalogue: what is refused, and that nothing is half loaded."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation

from portal import clock
from procedures.conditions import check_condition
from procedures.facts import FACTS
from procedures.loading.checking import CATALOGUE, read_catalogue
from procedures.models import LifeEvent, Procedure, ProcedureVersion

pytestmark = pytest.mark.usefixtures("in_english")

NOVEMBER = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LAND = "land_change_info.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalogue with one procedure in it, to be spoilt."""
    for name in ("fields.yaml", "papers.yaml", "groups.yaml", LAND):
        shutil.copy(CATALOGUE / name, tmp_path / name)
    return tmp_path


@pytest.fixture(autouse=True)
def in_november():
    with clock.fixed(NOVEMBER):
        yield


def spoil(folder: Path, old: str, new: str, name: str = LAND) -> int:
    """Replace the first ``old`` and return its line."""
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def load(folder: Path, *options: str) -> str:
    out = StringIO()
    call_command("load_catalogue", str(folder), *options, stdout=out)
    return out.getvalue().strip()


@pytest.mark.django_db
def test_where_a_form_is_filled_in_from_may_be_put_right_while_the_version_is_in_force(folder: Path) -> None:
    load(folder)
    field = "          - key: certificate_serial\n"
    spoil(folder, field, f"{field}            prefill: citizen.email\n")
    assert "~ version 1.013833 v1: form_schema" in load(folder, "--diff")
    load(folder)
    version = ProcedureVersion.objects.get(procedure__code="1.013833", number=1)
    assert version.form_schema["properties"]["certificate_serial"]["x-prefill"] == "citizen.email"
    assert version.requirements.exists()
    assert version.published_at
    spoil(folder, "            prefill: citizen.email\n", "            may_be_ahead: true\n")
    with pytest.raises(CommandError, match="in force"):
        load(folder)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("      days: 4", "      days: 4:30", 'write "4:30" in quotes'),
        ("        when: in_ward", "        when: in_wrad", "unknown fact 'in_wrad'"),
        ("        when: { not: in_ward }", "        when: { nor: in_ward }", "unknown operator 'nor'"),
        ("        when: in_ward", "        when: { all: [in_ward, { not: in_ward }] }", "whatever is answered"),
        (
            "        basis: per_case\n        amount: 28000",
            "        basis: per_page\n        steps: [[2, 2000], [null, 1000]]\n        cap_per_copy: 1",
            "the most per copy is below the price of the first page",
        ),
        ("- kind: marriage_certificate", "- kind: wedding_paper", "unknown paper 'wedding_paper'"),
        ("field: land", "field: lan", "unknown field 'lan'"),
        ("        amount: 28000", "        amount: 28.5", "is not of type 'integer'"),
        ("    effective_from: 2025-07-01", "    effective_from: 2025-02-30", "is not a 'date'"),
        ("    confidence: likely", "    confidence: maybe", "is not one of"),
        ("      - use: applicant", "      - use: applicants", "unknown group 'applicants'"),
        ("          - key: parcel_number", "          - key: certificate_serial", "two fields 'certificate_serial'"),
        ("      - key: appraise", "      - key: receive", "'receive' stands twice"),
        ("order: 1", "order: 1\norder: 2", "'order' stands twice"),
        ('code: "1.013833"', 'code: "1.13833"', "does not match"),
        ("      kind: working_days", "      kind: workdays", "is not one of"),
        ("key: land_change_info", "key: land_change_info\ncolour: red", "Additional properties"),
        ("versions:", "versions: [", "expected"),
    ],
)
@pytest.mark.django_db
def test_fault_names_file_line_and_reason_and_nothing_is_loaded(folder: Path, old: str, new: str, reason: str) -> None:
    line = spoil(folder, old, new)
    with pytest.raises(CommandError) as refusal:
        load(folder)
    message = str(refusal.value)
    assert message.startswith("Nothing was loaded.")
    found = next(text for text in message.splitlines() if reason in text)
    assert found.startswith(f"{LAND}:")
    # Within three lines: a parser notices an open bracket later, a missing key is told at what lacks it.
    assert abs(int(found.split(":")[1]) - line) <= 3 or "Additional" in reason
    assert not Procedure.objects.exists()


@pytest.mark.django_db
def test_all_faults_are_told_at_once(folder: Path) -> None:
    spoil(folder, "        when: in_ward", "        when: in_wrad")
    spoil(folder, "- kind: marriage_certificate", "- kind: wedding_paper")
    with pytest.raises(CommandError, match=r"(?s)wedding_paper.*in_wrad|in_wrad.*wedding_paper"):
        load(folder, "--check")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("    kind: same_day\n", "    kind: today\n", "'today' is not one of"),
        ("    kind: same_day\n", "    kind: working_days\n", "'days' is a required property"),
    ],
)
def test_a_fault_in_a_shared_piece_is_told_once_where_the_piece_stands(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    shutil.copytree(CATALOGUE, tmp_path / "catalogue")
    folder = tmp_path / "catalogue"
    line = spoil(folder, old, new, "marriage.yaml")
    with pytest.raises(CommandError) as refusal:
        load(folder, "--check")
    _nothing, *faults = str(refusal.value).splitlines()
    assert len(faults) == 1, faults
    assert reason in faults[0]
    assert abs(int(faults[0].split(":")[1]) - line) <= 1


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "---\n"])
def test_an_empty_file_is_told_to_be_empty(folder: Path, text: str) -> None:
    (folder / "papers.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=r"papers\.yaml:1: this file is empty"):
        load(folder, "--check")


@pytest.mark.parametrize("name", ["life_events.yaml", "incentives.yaml"])
def test_a_key_that_stands_twice_in_a_list_is_told(tmp_path: Path, name: str) -> None:
    shutil.copytree(CATALOGUE, tmp_path / "catalogue")
    path = tmp_path / "catalogue" / name
    rows = path.read_text(encoding="utf-8")
    first = rows[rows.index("- ") :]
    path.write_text(f"{rows}{first}", encoding="utf-8")
    with pytest.raises(CommandError, match=rf"{name}:\d+: '\w+' stands twice"):
        load(tmp_path / "catalogue", "--check")


def test_versions_are_counted_from_one(folder: Path) -> None:
    line = spoil(folder, "  - number: 1", "  - number: 0")
    with pytest.raises(CommandError, match=rf"{LAND}:{line}: 0 is less than the minimum of 1"):
        load(folder, "--check")


@pytest.mark.django_db
def test_a_life_event_that_its_file_no_longer_has_is_taken_away_and_told(folder: Path) -> None:
    event = "- {{ key: {0}, name: {{ vi: Việc {0} }}, procedures: [land_change_info] }}\n".format
    path = folder / "life_events.yaml"
    path.write_text(event("moved") + event("sold") + event("ours"), encoding="utf-8")
    load(folder)
    LifeEvent.objects.filter(key="ours").update(edited_at=NOVEMBER)
    path.write_text(event("moved"), encoding="utf-8")
    assert load(folder, "--diff") == "- lifeevent sold"
    assert LifeEvent.objects.filter(key="sold").exists()
    load(folder)
    assert set(LifeEvent.objects.values_list("key", flat=True)) == {"moved", "ours"}
    path.unlink()
    load(folder)
    assert LifeEvent.objects.count() == 2, "without the file nothing is said of them"


@pytest.mark.django_db
def test_a_missing_folder_is_told_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refusal:
        load(tmp_path / "nowhere")
    assert str(refusal.value) == f"Nothing was loaded.\nThere is no folder {tmp_path / 'nowhere'}."


@pytest.mark.django_db
def test_operators_are_told_in_one_language(folder: Path) -> None:
    load(folder)
    spoil(folder, "        amount: 28000", "        amount: 30000")
    with translation.override("vi"), pytest.raises(CommandError, match="version 1: This version is in force"):
        load(folder)


@pytest.mark.django_db
def test_missing_file_is_told(folder: Path) -> None:
    (folder / "papers.yaml").unlink()
    with pytest.raises(CommandError, match=r"papers\.yaml:1: this file is missing"):
        load(folder)


def test_versions_that_overlap_or_leave_a_gap_are_refused(tmp_path: Path) -> None:
    shutil.copytree(CATALOGUE, tmp_path / "catalogue")
    folder = tmp_path / "catalogue"
    for first_day, reason in (("2027-02-28", "overlaps"), ("2027-03-02", "without any version")):
        shutil.copy(CATALOGUE / "birth.yaml", folder / "birth.yaml")
        line = spoil(folder, "effective_from: 2027-03-01", f"effective_from: {first_day}", "birth.yaml")
        with pytest.raises(CommandError, match=rf"birth\.yaml:{line}: .*{reason}"):
            load(folder, "--check")


@pytest.mark.django_db
def test_loading_twice_changes_nothing(folder: Path) -> None:
    load(folder)
    before = list(ProcedureVersion.objects.values_list("pk", "published_at", "requirements__pk"))
    assert load(folder) == "1 procedures, 0 changes."
    assert list(ProcedureVersion.objects.values_list("pk", "published_at", "requirements__pk")) == before


@pytest.mark.django_db
def test_diff_says_what_would_change_and_changes_nothing(folder: Path) -> None:
    load(folder)
    assert load(folder, "--diff") == "No difference."
    spoil(folder, "vi: Đổi địa chỉ trên giấy chứng nhận", "vi: Đổi địa chỉ sổ đỏ")
    assert load(folder, "--diff") == "~ procedure 1.013833: short_name"
    assert Procedure.objects.get().short_name["vi"] == "Đổi địa chỉ trên giấy chứng nhận"


@pytest.mark.django_db
def test_version_in_force_is_not_rewritten_by_its_file(folder: Path) -> None:
    load(folder)
    spoil(folder, "        amount: 28000", "        amount: 30000")
    spoil(folder, "vi: Đổi địa chỉ trên giấy chứng nhận", "vi: Đổi địa chỉ sổ đỏ")
    with pytest.raises(CommandError, match=rf"{LAND}:\d+: version 1: .*in force"):
        load(folder)
    version = ProcedureVersion.objects.get()
    assert version.fee_rules.get(key="change_registration_ward").amount == 28_000
    assert Procedure.objects.get().short_name["vi"] == "Đổi địa chỉ trên giấy chứng nhận"


@pytest.mark.django_db
def test_version_not_yet_in_force_follows_its_file(folder: Path) -> None:
    spoil(folder, "effective_from: 2025-07-01", "effective_from: 2027-01-01")
    load(folder)
    spoil(folder, "        amount: 28000", "        amount: 30000")
    assert "1 changes" in load(folder)
    assert ProcedureVersion.objects.get().fee_rules.get(key="change_registration_ward").amount == 30_000


@pytest.mark.django_db
def test_last_day_of_a_version_in_force_can_be_set_once_known(folder: Path) -> None:
    load(folder)
    spoil(folder, "effective_from: 2025-07-01", "effective_from: 2025-07-01\n    effective_to: 2027-02-28")
    load(folder)
    assert ProcedureVersion.objects.get().effective_to.isoformat() == "2027-02-28"
    spoil(folder, "effective_to: 2027-02-28", "effective_to: 2027-03-31")
    with pytest.raises(CommandError, match="in force"):
        load(folder)


@pytest.mark.django_db
def test_everything_citizens_see_is_in_three_languages(catalogue: None) -> None:
    versions = list(ProcedureVersion.objects.for_quote())
    assert len(versions) >= 15
    for version in versions:
        for text in (
            version.procedure.name,
            version.procedure.short_name,
            *(row.kind.name for row in version.requirements.all()),
            *(rule.name for rule in version.fee_rules.all()),
            *(notice["text"] for notice in version.notices),
            *(check["message"] for check in version.conditions),
            *(step["name"] for step in version.steps),
            *(rule["x-label"] for rule in version.form_schema.get("properties", {}).values()),
        ):
            assert set(text) == {"vi", "en", "ko"}, (version, text)


def test_shipped_catalogue_has_no_faults() -> None:
    assert {"1.013833", "1.001193", "1.000894", "2.000815"} <= {
        source.content["code"] for source in read_catalogue().procedures
    }


def test_every_fact_is_named_by_some_rule() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in CATALOGUE.glob("*.yaml"))
    assert {key for key in FACTS if not re.search(rf"\b{key}\b", text)} == set()


@pytest.mark.django_db
def test_every_condition_of_every_version_names_known_facts(catalogue: None) -> None:
    versions = list(ProcedureVersion.objects.for_quote())
    assert len(versions) >= 15
    for version in versions:
        for row in (*version.requirements.all(), *version.fee_rules.all()):
            check_condition(row.condition, FACTS)
