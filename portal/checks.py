"""What must be true of the place the portal runs in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection

from portal.records import append_only_models


@register(Tags.security, deploy=True)
def secret_key_is_secret(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.PORTAL_ENV == "production" and settings.SECRET_KEY.startswith("not-secret"):
        return [Error("SECRET_KEY is the demo's.", hint="Set a random one of 50 characters.", id="portal.E001")]
    return []


@register(Tags.database)
def history_is_out_of_reach(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """On PostgreSQL, the role the application works as may not update or delete history."""
    if not databases or connection.vendor != "postgresql" or settings.DATABASE_URL == settings.DATABASE_OWNER_URL:
        return []
    messages: list[CheckMessage] = []
    with connection.cursor() as cursor:
        known = set(connection.introspection.table_names(cursor))
        for model in append_only_models():
            table = model._meta.db_table
            if table not in known:
                continue
            role = settings.DATABASES["default"]["USER"]
            cursor.execute("SELECT has_table_privilege(%s, %s, 'DELETE')", [role, table])
            if cursor.fetchone()[0] and role != _owner_of(cursor, table):
                messages.append(
                    Warning(
                        f"{table} is not out of reach of the role {role}: it may remove history.",
                        hint="Run manage.py grant_roles.",
                        id="portal.W002",
                    )
                )
    return messages


def _owner_of(cursor: Any, table: str) -> str:
    cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = %s", [table])
    row = cursor.fetchone()
    return str(row[0]) if row else ""
