"""What the sandbox says of its people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter

from citizens.vneid_sandbox.people import person_named


class Claims(DefaultOIDCAdapter):
    scope_display = {"openid": "Mã tài khoản", "profile": "Số định danh, họ tên, ngày sinh, mức định danh"}

    def get_claims(
        self, purpose: Any, user: Any, client: Any, scopes: Iterable[str], email: str | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        person, claims = person_named(user.username), {"sub": self.get_user_sub(client, user)}
        if "profile" not in scopes:
            return claims
        return {
            **claims,
            "identity_number": person.number,
            "name": person.full_name,
            "birthdate": person.birthdate,
            "identity_level": person.level,
        }
