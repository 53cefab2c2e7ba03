"""Administration looks and does not touch."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from applications.enums import State
from applications.models import (
    AnswerLimit,
    Application,
    BankAccount,
    DeclarationRules,
    HandlingRules,
    LetterTemplate,
    RegisterRules,
    RetentionRule,
    ScanRules,
    SigningRules,
    SyncRules,
    VirusRules,
)
from citizens.models import User
from tests.factories.applications import a_dossier

pytestmark = pytest.mark.django_db
# The city's own dated settings.
SETTINGS = [
    AnswerLimit,
    BankAccount,
    DeclarationRules,
    HandlingRules,
    LetterTemplate,
    RegisterRules,
    RetentionRule,
    ScanRules,
    SigningRules,
    SyncRules,
    VirusRules,
]
OURS = [model for model in admin.site._registry if model._meta.app_label == "applications"]


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("quan-tri", "mật khẩu đủ dài"))
    return client


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_list_opens_and_offers_no_new_row(administrator: Client, model: type) -> None:
    a_dossier(state=State.RETURNED)
    name = f"admin:applications_{model._meta.model_name}"
    assert administrator.get(reverse(f"{name}_changelist")).status_code == 200
    assert administrator.get(reverse(f"{name}_add")).status_code == (200 if model in SETTINGS else 403)


def test_a_dossier_cannot_be_changed_and_shows_no_contact(administrator: Client) -> None:
    dossier = a_dossier()
    url = reverse("admin:applications_application_change", args=[dossier.pk])
    page = administrator.get(url).content.decode()
    assert dossier.code in page
    assert dossier.token not in page
    assert "+84912345678" not in page
    assert administrator.post(url, {"code": "x"}).status_code == 403
    assert Application.objects.get(pk=dossier.pk).code == dossier.code
