"""The form as a paper to sign, at the desk and later with the dossier."""

from __future__ import annotations

import subprocess
import unicodedata

import pytest
from django.test import Client
from django.urls import reverse

from applications.actions.edit_draft import keep_form
from applications.models import Application
from centres.enums import Role
from citizens.models import Look
from tests.factories.applications import FORMS, MONDAY, a_centre, a_dossier, a_draft, member_of

pytestmark = pytest.mark.django_db


def printed(user: object, application: Application, query: str = "") -> str:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    answer = client.get(reverse("applications:declaration", args=[application.pk]) + query)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Cache-Control"].startswith("private")
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=answer.content, capture_output=True, check=True)
    return " ".join(unicodedata.normalize("NFC", text.stdout.decode()).split())


def test_a_draft_is_printed_as_it_stands_and_the_look_is_kept() -> None:
    draft = a_draft(procedure="birth")
    officer = draft.opened_by
    keep_form(
        application=draft, values=FORMS["birth"] | {"child_name": "Bé Thử Nghiệm"}, at=MONDAY, acting_user=officer
    )
    text = printed(officer, draft)
    assert "TỜ KHAI ĐĂNG KÝ KHAI SINH" in text
    assert "Bé Thử Nghiệm" in text
    assert draft.applicant is not None
    assert draft.applicant.full_name in text, "what is known of the applicant is not typed twice"
    assert Look.objects.latest("pk").reason == "in tờ khai"


def test_a_received_dossier_keeps_its_form() -> None:
    dossier = a_dossier(procedure="land_change_info")
    text = printed(member_of(Role.SPECIALIST, dossier.competent), dossier)
    assert "ĐƠN ĐĂNG KÝ BIẾN ĐỘNG ĐẤT ĐAI" in text
    assert "ngày 23 tháng 11 năm 2026" in text, "the day it was handed in, whenever it is printed"
    assert "Giấy chứng nhận đã cấp" in text
    assert "Đơn đăng ký biến động đất đai, tài sản gắn liền với đất (Mẫu số 18)" not in text, "not enclosed in itself"


def test_people_of_another_centre_find_no_such_paper() -> None:
    draft = a_draft(procedure="birth")
    client = Client()
    client.force_login(member_of(Role.COUNTER_OFFICER, a_centre(code="khac", agency_code="H26.30.9")))
    assert client.get(reverse("applications:declaration", args=[draft.pk])).status_code == 404
    assert Client().get(reverse("applications:declaration", args=[draft.pk])).status_code == 302


def test_what_is_wrong_is_put_right_before_it_is_printed_and_what_is_missing_may_be() -> None:
    draft = a_draft(procedure="birth", complete=False)
    officer = draft.opened_by
    keep_form(application=draft, values={"child_born": "31/02/2026"}, at=MONDAY, acting_user=officer)
    client = Client()
    client.force_login(officer)
    answer = client.get(reverse("applications:declaration", args=[draft.pk]), follow=True)
    assert answer.redirect_chain[0][0].endswith(f"?matter={draft.pk}&view=form")
    assert "Ngày, tháng, năm sinh" in answer.content.decode()
    keep_form(application=draft, values={"child_born": ""}, at=MONDAY, acting_user=officer)
    assert "TỜ KHAI ĐĂNG KÝ KHAI SINH" in printed(officer, draft), "half filled in, to be finished by hand"
