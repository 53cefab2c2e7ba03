"""Support keeps a centre running and sees nobody's matter: elsewhere its people open what anybody signed in opens."""

from __future__ import annotations

from typing import Any

import pytest

from applications.certifiers import possible_signers
from applications.permissions import certifying_scope
from centres.enums import Role
from tests.factories.applications import MONDAY, a_centre, member_of
from tests.factories.signing import a_delegation
from tests.role_world import COLUMNS, a_world, ask, sign_in
from tests.test_role_matrix import letter, rows

pytestmark = pytest.mark.django_db
ANYBODY = list(COLUMNS).index("X")
# Support speaks to the hall, too.
SPEAKS = {"centres:day_announcement_stop"}
# Asked for by a kiosk and by whoever sits at a counter.
ELSEWHERE = {
    "support:kiosk_help", "support:desk_help", "support:help_day", "support:prints", "support:print_done",
    "support:training_staff", "support:training_rules", "support:training_rule_end",
}  # fmt: skip
# Support learns as everybody does: nothing has been read or scanned yet, and new law is for those who give it.
LEARNS = {
    "POST support:quiz": "r", "GET support:lesson_picture": "0", "GET support:attempt": "0", "GET support:law_lesson": "0",
    "POST support:law_lesson": "0", "POST support:session_here": "r",
    # Nobody has answered that call yet.
    "GET support:video_enter": "r",
}  # fmt: skip


def test_support_opens_its_own_pages_and_nobodys_matter(at_hanoi: Any) -> None:
    world = a_world(at_hanoi)
    client = sign_in("P", world)
    wrong = []
    for method, name, which, letters in rows():
        is_ours = (name.startswith("support:") and name not in ELSEWHERE) or name == "api_incidents"
        foreseen = "." if is_ours or name in SPEAKS else letters[ANYBODY]
        foreseen = LEARNS.get(f"{method} {name}", foreseen)
        answer = ask(client, world, method, name, which)
        if letter(answer) != foreseen:
            wrong.append(f"{method} {name}{which}: {answer.status_code}, foreseen {foreseen}")
    assert not wrong, "\n".join(wrong)


def test_support_staff_certify_nothing_whatever_a_deed_says(at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 09:00")
    centre, day = a_centre(), MONDAY.date()
    helper = member_of(Role.SUPPORT, centre)
    a_delegation(helper, centre)
    assert helper not in possible_signers(centre, day)
    assert not certifying_scope(helper, day)
