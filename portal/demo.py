"""What the demo shows openly: its sign-ins and its screens' keys. No other place has these accounts or keys."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

PASSWORD = "demo-mot-cua-2026"  # noqa: S105 - printed on the demo's own login page
KIOSK_KEY = "demo-kiosk-chi-nhanh-3"
BOARD_KEY = "demo-bang-goi-so-chi-nhanh-3"
SCREEN_KEY = "demo-man-hinh-quay-1-chi-nhanh-3"

# A birth declared at home: the end of its address, and its code at a desk.
DECLARATION_TOKEN = "demo-to-khai-nha"  # noqa: S105 - opens made-up answers
DECLARATION_CODE = "K202611309"

# The secret of the leader's authenticator (RFC 6238, base32): to be typed into an app; the pages also show its codes.
SIGNER = "lanhdao"
SIGNER_SECRET = "MOTCUAHANOITRINHDIENKYSO23456723"  # noqa: S105 - opens nothing but the demo

# Role and user names; every one has the password above.
SIGN_INS = (
    (_("Counter officers"), ("quay1", "quay2", "quay3", "quay4", "quay5", "quay6", "quaymoi")),
    (_("Specialists"), ("chuyenvien1", "chuyenvien2")),
    (_("Approving leader"), ("lanhdao",)),
    (_("Centre manager"), ("quanly",)),
    (_("City administrator"), ("thanhpho",)),
    (_("Support staff"), ("hotro1", "hotro2")),
    (_("Helpers in the hall"), ("sanh1", "sanh2")),
)
