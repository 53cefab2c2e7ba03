"""Waivers and discounts in the administration: as careful as versions."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from portal import clock
from portal.errors import NotAllowed, RuleBroken
from procedures import catalogue_cache
from procedures.actions.incentives import draft_incentive, end_incentive, publish_incentive, withdraw_incentive
from procedures.incentive_effects import effects, facts_for
from procedures.loading.checking import CATALOGUE
from procedures.models import FeeRule, Incentive, Procedure
from procedures.quote import facts_asked, quote
from tests.procedures.written import NOW, TODAY, filled, three, when

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "national_days")]
FIRST = TODAY + timedelta(days=30)


@pytest.fixture(autouse=True)
def monday():
    with clock.fixed(NOW):
        yield


def total(key: str, day: date, **facts: bool) -> int:
    version = catalogue_cache.version_in_force(key, day)
    at = datetime.combine(day, time(9), tzinfo=clock.HANOI)
    return quote(version, facts, at, catalogue_cache.load_calendar(), pages=2).total


def a_draft(client: Client, **more: Any) -> Incentive:
    sent = {
        "percent": 50, "procedures": [Procedure.objects.get(key="extract").pk], "article": "NQ 1/2027",
        "effective_from": FIRST.isoformat(), "effective_to": "", "confidence": "sure", **three("name", "Giảm một nửa"),
        **when("all", "reissue"),
    } | more  # fmt: skip
    answer = client.post(reverse("admin:procedures_incentive_add"), sent)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return Incentive.objects.get(name__vi="Giảm một nửa")


def test_a_draft_is_granted_to_nobody_until_its_first_day(admin_client: Client, admin_user: Any) -> None:
    usual = total("extract", FIRST, reissue=True)
    assert usual > 0
    draft = a_draft(admin_client)
    assert draft.key == "giam_mot_nua"
    assert total("extract", FIRST, reissue=True) == usual
    version = catalogue_cache.version_in_force("extract", FIRST)
    assert "reissue" not in [fact.key for fact in facts_asked(version)]
    assert "Giảm một nửa" not in Client().get("/procedures/2.000635/").content.decode()
    admin_client.post(reverse("admin:procedures_incentive_publish", args=[draft.pk]))
    assert total("extract", FIRST, reissue=True) == usual // 2
    assert total("extract", FIRST - timedelta(days=1), reissue=True) == usual
    assert total("extract", FIRST) == usual
    entry = LogEntry.objects.filter(object_id=draft.pk).first()
    assert (entry.user, entry.get_change_message()[:10]) == (admin_user, "Đã công bố")


def test_what_it_changes_is_seen_before_it_is_published(admin_client: Client) -> None:
    draft = a_draft(admin_client)
    (effect,) = effects(draft)
    assert effect.procedure.key == "extract"
    assert effect.after * 2 == effect.before == total("extract", FIRST)
    page = admin_client.get(reverse("admin:procedures_incentive_effects", args=[draft.pk])).content.decode()
    assert "Trích lục" in page
    assert f"{effect.before:,}".replace(",", ".") in page and f"{effect.after:,}".replace(",", ".") in page
    assert "30/12/2026" in page


def test_only_procedures_with_fees_are_offered(admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:procedures_incentive_add"))
    offered = page.context["adminform"].form.fields["procedures"].queryset
    assert {row.pk for row in offered} == set(FeeRule.objects.values_list("version__procedure", flat=True))


def test_a_sample_is_somebody_who_is_entitled() -> None:
    assert facts_for([{"all": ["online", "digital_citizen"]}, {"not": "fee_exempt"}]) == {
        "online": True, "digital_citizen": True, "fee_exempt": False,
    }  # fmt: skip
    assert facts_for(["online", {"not": "online"}]) is None


def test_one_in_force_is_read_and_may_only_be_ended_or_followed(admin_client: Client, admin_user: Any) -> None:
    old = Incentive.objects.get(key="farm_credit")
    page = admin_client.get(reverse("admin:procedures_incentive_change", args=[old.pk])).content.decode()
    assert 'name="_save"' not in page
    assert "khi “Giấy tờ để vay vốn nông nghiệp, nông thôn” là có" in page
    old.percent = 10
    with pytest.raises(RuleBroken) as refused:
        old.save()
    assert refused.value.code == "incentive_in_force"
    with pytest.raises(RuleBroken):
        old.delete()
    old.refresh_from_db()
    with pytest.raises(RuleBroken) as refused:
        end_incentive(incentive=old, last_day=TODAY - timedelta(days=1), at=NOW, acting_user=admin_user)
    assert refused.value.code == "day_over"
    sent = {"last_day": FIRST.isoformat()}
    admin_client.post(reverse("admin:procedures_incentive_end", args=[old.pk]), sent)
    assert Incentive.objects.get(pk=old.pk).effective_to == FIRST
    assert total("certified_copy", FIRST, farm_credit=True) == 0
    assert total("certified_copy", FIRST + timedelta(days=1), farm_credit=True) > 0


def test_one_takes_the_place_of_another_and_gives_it_back(admin_client: Client, admin_user: Any) -> None:
    old = Incentive.objects.get(key="farm_credit")
    sent = {"next-effective_from": FIRST.isoformat()}
    admin_client.post(reverse("admin:procedures_incentive_next", args=[old.pk]), sent)
    draft = Incentive.objects.get(follows=old)
    address = reverse("admin:procedures_incentive_change", args=[draft.pk])
    answer = admin_client.post(address, filled(admin_client.get(address).content.decode()) | {"percent": "50"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    usual = total("certified_copy", FIRST)
    (shown,) = [
        effect for effect in effects(Incentive.objects.get(pk=draft.pk)) if effect.procedure.key == "certified_copy"
    ]
    assert (shown.before, shown.after) == (0, usual // 2)
    admin_client.post(reverse("admin:procedures_incentive_publish", args=[draft.pk]))
    assert Incentive.objects.get(pk=old.pk).effective_to == FIRST - timedelta(days=1)
    assert total("certified_copy", FIRST - timedelta(days=1), farm_credit=True) == 0
    assert total("certified_copy", FIRST, farm_credit=True) == usual // 2
    load()
    assert Incentive.objects.get(pk=old.pk).effective_to == FIRST - timedelta(days=1), "the files leave it alone"
    admin_client.post(reverse("admin:procedures_incentive_withdraw", args=[draft.pk]))
    assert Incentive.objects.get(pk=old.pk).effective_to is None
    assert total("certified_copy", FIRST, farm_credit=True) == 0


def test_the_past_is_not_charged_anew(admin_client: Client, admin_user: Any) -> None:
    late = a_draft(admin_client, effective_from=(TODAY - timedelta(days=1)).isoformat())
    old = Incentive.objects.get(key="farm_credit")
    following = draft_incentive(like=old, effective_from=FIRST, acting_user=admin_user)
    following.effective_from = TODAY
    following.save()
    for draft in (late, following):
        with pytest.raises(RuleBroken) as refused:
            publish_incentive(incentive=draft, at=NOW, acting_user=admin_user)
        assert refused.value.code == "first_day_over"
    with pytest.raises(RuleBroken) as refused:
        withdraw_incentive(incentive=old, at=NOW, acting_user=admin_user)
    assert refused.value.code == "in_force_already"


def test_only_who_may_change_incentives_publishes_them(admin_client: Client, django_user_model: Any) -> None:
    draft = a_draft(admin_client)
    officer = django_user_model.objects.create_user("quay", "x", is_staff=True)
    for attempt in (
        lambda: publish_incentive(incentive=draft, at=NOW, acting_user=officer),
        lambda: withdraw_incentive(incentive=draft, at=NOW, acting_user=officer),
        lambda: draft_incentive(like=draft, effective_from=FIRST, acting_user=officer),
        lambda: end_incentive(incentive=draft, last_day=FIRST, at=NOW, acting_user=officer),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    client = Client()
    client.force_login(officer)
    assert client.get(reverse("admin:procedures_incentive_effects", args=[draft.pk])).status_code == 403
    days = {"last_day": FIRST.isoformat(), "next-effective_from": FIRST.isoformat()}
    assert client.post(reverse("admin:procedures_incentive_next", args=[draft.pk])).status_code == 403
    for name in ("publish", "withdraw", "end", "next"):
        assert client.post(reverse(f"admin:procedures_incentive_{name}", args=[draft.pk]), days).status_code == 403
    draft.refresh_from_db()
    assert draft.published_at is None


def load(folder: Path = CATALOGUE) -> str:
    out = StringIO()
    call_command("load_catalogue", str(folder), stdout=out)
    return out.getvalue()


def test_a_file_does_not_change_what_fees_were_counted_by(tmp_path: Path) -> None:
    assert "0 changes" in load()
    for path in CATALOGUE.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    file = tmp_path / "incentives.yaml"
    words = file.read_text(encoding="utf-8")
    file.write_text(re.sub("percent: 100", "percent: 90", words), encoding="utf-8")
    with pytest.raises(CommandError, match="farm_credit"):
        load(tmp_path)
    file.write_text(words.replace("effective_to: 2027-02-28", "effective_to: 2027-12-31"), encoding="utf-8")
    load(tmp_path)
    assert Incentive.objects.get(key="digital_citizen_2026").effective_to == date(2027, 12, 31)


def test_a_draft_is_not_ended(admin_client: Client, admin_user: Any) -> None:
    with pytest.raises(RuleBroken) as refused:
        end_incentive(incentive=a_draft(admin_client), last_day=FIRST, at=NOW, acting_user=admin_user)
    assert refused.value.code == "not_published"


def test_taking_back_leaves_a_last_day_that_was_changed_since(admin_user: Any) -> None:
    old = Incentive.objects.get(key="farm_credit")
    draft = draft_incentive(like=old, effective_from=FIRST, acting_user=admin_user)
    publish_incentive(incentive=draft, at=NOW, acting_user=admin_user)
    sooner = FIRST - timedelta(days=10)
    end_incentive(incentive=old, last_day=sooner, at=NOW, acting_user=admin_user)
    withdraw_incentive(incentive=draft, at=NOW, acting_user=admin_user)
    old.refresh_from_db()
    assert old.effective_to == sooner
