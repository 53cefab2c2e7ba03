"""The nation's days change: each that is off or worked otherwise than before is noted, whoever changed it."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from procedures.data_files import DATA
from procedures.models import DayCorrection, NationalDay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("national_days")]

DAY = {"kind": "holiday", "name": "Tết Nguyên đán", "source": "Thông báo 1/TB-BNV", "confidence": "sure"}


def told(answer: HttpResponse) -> str:
    return answer.content.decode().split('class="messagelist"')[1].split("</ul>")[0]


def noted() -> list[tuple[date, str, str]]:
    return list(DayCorrection.objects.values_list("date", "before", "after"))


def test_loading_the_table_for_the_first_time_corrects_nothing() -> None:
    assert noted() == []
    call_command("load_national_days", stdout=StringIO())
    assert noted() == []


def test_another_file_says_which_days_it_corrects(tmp_path: Path) -> None:
    lines = (DATA / "national_days.csv").read_text(encoding="utf-8").splitlines()
    other = [line.replace(",unsure", ",sure") for line in lines if not line.startswith("2027-02-06")]
    other += [
        "2027-02-06,work,swap_work,Làm bù,Thông báo 1/TB-BNV,sure",
        "2027-02-11,off,holiday,Tết,Thông báo 1/TB-BNV,sure",
    ]
    file = tmp_path / "days.csv"
    file.write_text("\n".join(other), encoding="utf-8")
    said = StringIO()
    call_command("load_national_days", file, stdout=said)
    assert noted() == [(date(2027, 2, 6), "off", "work"), (date(2027, 2, 11), "", "off")]
    assert said.getvalue().count("corrected:") == 2


def test_a_day_changed_moved_or_taken_out_in_the_administration_is_noted(admin_client: Client) -> None:
    first, last = NationalDay.objects.get(date="2027-02-04"), NationalDay.objects.get(date="2027-02-10")
    change = reverse("admin:procedures_nationalday_change", args=[first.pk])
    admin_client.post(change, {**DAY, "date": "2027-02-11", "day": "off"})  # the same days off, one later
    assert noted() == [(date(2027, 2, 4), "off", ""), (date(2027, 2, 11), "", "off")]
    admin_client.post(reverse("admin:procedures_nationalday_delete", args=[last.pk]), {"post": "yes"})
    admin_client.post(
        reverse("admin:procedures_nationalday_changelist"),
        {"action": "delete_selected", "_selected_action": [first.pk], "post": "yes"},
    )
    assert noted()[1:] == [
        (date(2027, 2, 10), "off", ""),
        (date(2027, 2, 11), "", "off"),
        (date(2027, 2, 11), "off", ""),
    ]
    added = admin_client.post(
        reverse("admin:procedures_nationalday_add"),
        {**DAY, "date": "2027-02-13", "day": "work", "kind": "swap_work"},
        follow=True,
    )
    assert added.status_code == 200
    assert f'<a href="{reverse("applications:moved_days")}">' in told(added)
    assert noted()[-1] == (date(2027, 2, 13), "", "work")


def test_another_name_or_source_moves_nobody(admin_client: Client) -> None:
    day = NationalDay.objects.get(date="2027-02-04")
    answer = admin_client.post(
        reverse("admin:procedures_nationalday_change", args=[day.pk]),
        {**DAY, "date": "2027-02-04", "day": "off"},
        follow=True,
    )
    assert reverse("applications:moved_days") not in told(answer)
    day.refresh_from_db()
    assert day.confidence == "sure"
    assert noted() == []


def test_a_date_that_is_taken_is_refused_at_its_field(admin_client: Client) -> None:
    day = NationalDay.objects.get(date="2027-02-04")
    answer = admin_client.post(
        reverse("admin:procedures_nationalday_change", args=[day.pk]), {**DAY, "date": "2027-02-05", "day": "off"}
    )
    assert "date" in answer.context["adminform"].form.errors
    assert noted() == []


def test_the_list_leads_to_the_dossiers_concerned(admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:procedures_nationalday_changelist")).content.decode()
    assert reverse("applications:moved_days") in page


@pytest.mark.parametrize(
    ("day", "what", "kind"),
    [
        ("2027-02-18", "off", "swap_work"),  # a Thursday off that would be worked
        ("2027-02-21", "work", "holiday"),  # a Sunday worked because of a holiday
        ("2027-02-18", "work", "swap_work"),  # an ordinary Thursday
        ("2027-02-20", "off", "observed_off"),  # a Saturday is off anyway
        ("2027-02-21", "off", "swap_off"),
    ],
)
def test_a_kind_that_contradicts_its_day_is_refused(
    admin_client: Client, tmp_path: Path, day: str, what: str, kind: str
) -> None:
    sent = {**DAY, "date": day, "day": what, "kind": kind}
    answer = admin_client.post(reverse("admin:procedures_nationalday_add"), sent)
    assert list(answer.context["adminform"].form.errors) == ["kind"]
    file = tmp_path / "days.csv"
    file.write_text(f"date,day,type,name_vi,source,confidence\n{day},{what},{kind},Lễ,TB 1,sure\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"days\.csv:2: [ -~“”]+\.$"):
        call_command("load_national_days", file, stdout=StringIO())
    assert not NationalDay.objects.filter(date=day).exists()


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"There is no file .*nowhere\.csv"):
        call_command("load_national_days", tmp_path / "nowhere.csv", stdout=StringIO())


def test_a_swapped_saturday_is_taken(admin_client: Client) -> None:
    sent = {**DAY, "date": "2027-02-20", "day": "work", "kind": "swap_work"}
    assert admin_client.post(reverse("admin:procedures_nationalday_add"), sent).status_code == 302
