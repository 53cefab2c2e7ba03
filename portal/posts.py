"""Where a page that was loaded again after an action leads: an address that only takes actions shows nothing itself.

A browser that loads such an address by GET (F5 after a refusal, a tab restored, signing in again) gets the page the
action belongs to instead of an empty 405.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import NoReverseMatch, reverse

# What is done on the phone page of a slip.
ON_THE_SLIP = (
    *("rate_visit", "hold", "back_again", "here_after_all", "give_back"),
    *("tell_by_sms", "tell_by_push", "do_not_tell"),
)
# The address's name, the page it belongs to, and which of its arguments that page takes (by the page's name for them).
PAGES: dict[str, tuple[str, dict[str, str]]] = {
    "logout": ("room", {}),
    "large_print": ("home", {}),
    "sessions_end": ("sessions", {}),
    "me_sign_out": ("home", {}),
    **dict.fromkeys(("me_claim", "me_release"), ("applications:mine", {})),
    "centres:kiosk_draw": ("centres:kiosk", {}),
    "centres:kiosk_reprint": ("centres:kiosk_ticket", {"token": "token"}),
    "centres:kiosk_reconcile": ("centres:kiosk", {}),
    "centres:day_counter_change": ("centres:day_counter", {"counter_id": "counter_id"}),
    "centres:book_check_in": ("centres:book_mine", {"token": "token"}),
    "centres:book_cancel": ("centres:book_mine", {"token": "token"}),
    "centres:kiosk_booked_ordinary": ("centres:kiosk_booked", {}),
    "centres:kiosk_book": ("centres:kiosk_which", {"letter": "letter"}),
    "centres:day_hours_remove": ("centres:day_hours", {}),
    "centres:day_device_revoke": ("centres:day_devices", {}),
    "centres:day_announcement_stop": ("centres:day_announcements", {}),
    **dict.fromkeys(("applications:verify_file", "applications:verify_paper"), ("applications:verify", {})),
    "applications:note_finding": ("applications:check_file", {}),
    "applications:hand_over_register": ("applications:register", {"pk": "pk"}),
    "applications:close_register": ("applications:register", {"pk": "pk"}),
    "applications:signing_sign": ("applications:signing", {}),
    **dict.fromkeys(
        (f"applications:signing_{name}" for name in ("tick", "send_back", "refuse")),
        ("applications:signing_document", {"item_id": "item_id"}),
    ),
    "applications:signing_factor_act": ("applications:signing_factor", {}),
    "applications:signing_delegation_end": ("applications:signing_delegations", {}),
    **dict.fromkeys(
        ("applications:signing_key_end", "applications:signing_factor_away"), ("applications:signing_keys", {})
    ),
    "applications:staff_link": ("applications:staff_person", {"user_id": "user_id"}),
    "applications:open_filed": ("applications:filed", {}),
    "applications:back_again_at_work": ("applications:people", {}),
    "applications:national_push_all": ("applications:national", {}),
    **dict.fromkeys(
        ("applications:national_push", "applications:national_skip"), ("applications:national_row", {"pk": "pk"})
    ),
    **dict.fromkeys(
        (f"applications:{name}" for name in ("dossier_act", "control_slip", "pay_code")),
        ("applications:dossier", {"pk": "pk"}),
    ),
    **dict.fromkeys(("applications:bank_match", "applications:bank_aside"), ("applications:bank", {})),
    "applications:ask_pay_code": ("applications:ticket", {"token": "token"}),
    **dict.fromkeys(("applications:add_note", "applications:write_letter"), ("applications:dossier", {"pk": "pk"})),
    "applications:retention_make": ("applications:retention", {}),
    "applications:retention_approve": ("applications:retention_list", {"pk": "pk"}),
    "support:readiness_act": ("support:readiness_of", {"code": "code"}),
    "support:survey_send": ("support:survey", {}),
    "support:thing_act": ("support:thing", {"tag": "tag"}),
    "applications:several": ("applications:worklist", {}),
    "applications:screen_answer": ("applications:screen", {}),
    "support:print_done": ("applications:desk", {}),
    "support:act": ("support:incident", {"pk": "pk"}),
    "support:training_rule_end": ("support:training_rules", {}),
    **dict.fromkeys(("support:course_act", "support:session_act"), ("support:training", {})),
    "support:certificate_withdraw": ("support:certificate", {"code": "code"}),
    "support:follow_up_done": ("support:incidents", {}),
    "support:outage_end": ("support:outages", {}),
    "support:help_act": ("support:helping", {}),
    "support:video_act": ("support:video_calls", {}),
    "support:help_point_away": ("support:help_points", {}),
    **dict.fromkeys(("support:announcement_confirm", "support:announcement_withdraw"), ("support:announcements", {})),
    **dict.fromkeys((f"support:on_call_{name}" for name in ("contact", "browser", "remove")), ("support:on_call", {})),
    **dict.fromkeys((f"applications:{name}" for name in ON_THE_SLIP), ("applications:ticket", {"token": "token"})),
}
# What the page's address takes over from the action's: a manager of several centres stays at the one it names, and a
# visit goes on beginning with the dossier that was asked for.
KEPT = ("centre", "first")
# Everything else that is done at the counter comes back to the counter's screen, at the matter it was about.
DESK, DESK_PREFIX, MATTER = "applications:desk", "/desk/", "application_id"


def page_of_action(view_name: str, path: str, arguments: Mapping[str, Any]) -> str | None:
    """The address to go to instead, or ``None`` where there is none (the API answers 405)."""
    if view_name in PAGES:
        name, takes = PAGES[view_name]
        try:
            return reverse(name, kwargs={own: arguments[theirs] for own, theirs in takes.items()})
        except (KeyError, NoReverseMatch):
            return None
    if not path.startswith(DESK_PREFIX):
        return None
    matter = arguments.get(MATTER)
    return reverse(DESK) + (f"?matter={matter}" if matter else "")
