"""Every notice to citizens is shown as it would be sent: complete, in three languages, without a person's name."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications.messages import DossierNotice, PartNotice
from applications.notice_samples import DOSSIER, PARTS, letters, samples, sms_parts
from centres.enums import Role
from notifications.models import Message
from tests.applications.at_desk import As, to, words
from tests.factories.applications import MONDAY, a_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def _leaves(kind: type) -> set[type]:
    below = kind.__subclasses__()
    return {leaf for one in below for leaf in _leaves(one)} | ({kind} if "kind" in vars(kind) else set())


def test_no_notice_about_a_dossier_is_left_out() -> None:
    assert {*DOSSIER, *PARTS} == _leaves(DossierNotice)
    assert set(PARTS) == _leaves(PartNotice)


def test_each_is_there_in_three_languages_and_says_where_to_read_on(centre: Any) -> None:
    found = samples(centre, MONDAY)
    assert [sample.kind for sample in found] == [notice.kind for notice in (*DOSSIER, *PARTS)]
    for sample in found:
        assert [said.language for said in sample.said] == ["vi", "en", "ko"]
        assert len({said.sms for said in sample.said}) == 3, sample.kind
        for said in sample.said:
            assert said.subject and said.email and "/t/" in said.sms, sample.kind
            assert "%(" not in said.sms + said.email + said.subject


@pytest.mark.parametrize(
    ("text", "parts"), [("", 0), ("a" * 160, 1), ("a" * 161, 2), ("ă" * 70, 1), ("ă" * 71, 2), ("ă" * 135, 3)]
)
def test_an_sms_is_counted_as_gateways_count_it(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


def test_letters_are_filled_in_and_the_page_is_the_citys(as_: As, centre: Any) -> None:
    for _template, texts in letters(centre, MONDAY):
        assert [language for language, _text in texts] == ["vi", "en", "ko"]
        assert all(text and "{" not in text for _language, text in texts)
    client = as_(a_member(Role.CITY_ADMIN))
    client.get(to("notices"))
    with CaptureQueriesContext(connection) as seen:
        page = client.get(to("notices"))
    assert page.status_code == 200 and "H26.30.3-261123-0047" in words(page)
    assert len(seen) < 25
    assert as_(Role.MANAGER).get(to("notices")).status_code == 403
    assert not Message.objects.exists()
