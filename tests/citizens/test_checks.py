from __future__ import annotations

from typing import Any

from citizens.checks import vneid_is_asked_over_tls, vneid_is_set_up_whole


def test_vneid_is_set_up_whole_or_not_at_all(settings: Any) -> None:
    settings.VNEID_ISSUER = settings.VNEID_CLIENT_ID = settings.VNEID_SECRET = ""
    assert vneid_is_set_up_whole(None) == []
    settings.VNEID_ISSUER = "https://vneid.example.vn"
    assert [found.id for found in vneid_is_set_up_whole(None)] == ["citizens.E001"]
    settings.VNEID_CLIENT_ID, settings.VNEID_SECRET = "mot-cua", "x"
    assert vneid_is_set_up_whole(None) == []


def test_production_asks_vneid_over_tls_only(settings: Any) -> None:
    settings.PORTAL_ENV, settings.VNEID_ISSUER = "production", "http://vneid.example.vn"
    assert [found.id for found in vneid_is_asked_over_tls(None)] == ["citizens.E002"]
    settings.VNEID_ISSUER = "https://vneid.example.vn"
    assert vneid_is_asked_over_tls(None) == []
