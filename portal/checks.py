"""What must be true of the place the portal runs in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from portal.environment import database_from_url
from portal.filekeys import master_keys
from portal.records import AppendOnly, append_only_models


@register(Tags.security, deploy=True)
def secret_key_is_secret(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.PORTAL_ENV == "production" and settings.SECRET_KEY.startswith("not-secret"):
        return [Error("SECRET_KEY is the demo's.", hint="Set a random one of 50 characters.", id="portal.E001")]
    return []


@register(Tags.security, deploy=True)
def documents_are_encrypted(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """In production documents lie encrypted, and the keys can be read by the portal and nobody else."""
    if settings.PORTAL_ENV != "production":
        return []
    if not settings.FILES_KEY_FILE:
        hint = "Set FILES_KEY_FILE, then run manage.py encrypt_files for what is there already."
        return [Warning("Documents lie unencrypted in the store.", hint=hint, id="portal.W003")]
    try:
        master_keys()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="One key a line: openssl rand -base64 32", id="portal.E002")]
    if Path(settings.FILES_KEY_FILE).stat().st_mode & 0o007:
        message = "Everybody on the machine can read the keys of the documents."
        return [Warning(message, hint="chmod 600 the file that FILES_KEY_FILE names.", id="portal.W004")]
    return []


@register(Tags.database)
def history_is_out_of_reach(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """On PostgreSQL, the role the application works as may neither remove nor change history.

    The connection may be the owner's or the application's: the role asked about is that of ``DATABASE_URL``. Run by
    ``check --database default``, where both addresses are known (deploy/migrate.sh).
    """
    if not databases or connection.vendor != "postgresql" or settings.DATABASE_URL == settings.DATABASE_OWNER_URL:
        return []
    role = database_from_url(settings.DATABASE_URL)["USER"]
    messages: list[CheckMessage] = []
    with connection.cursor() as cursor:
        known = set(connection.introspection.table_names(cursor))
        for model in append_only_models():
            if model._meta.db_table in known and (may := _may_bend(cursor, role, model)):
                messages.append(
                    Warning(
                        f"{model._meta.db_table} is not out of reach of the role {role}: it may {', '.join(may)}.",
                        hint="Run manage.py grant_roles as the owner of the tables.",
                        id="portal.W002",
                    )
                )
    return messages


def _may_bend(cursor: Any, role: str, model: type[AppendOnly]) -> list[str]:
    """What the role may do to the table and must not: remove rows, or change a column that no law lets be blanked."""
    table = model._meta.db_table
    found = []
    for right in ("DELETE", "TRUNCATE"):
        cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [role, table, right])
        if cursor.fetchone()[0]:
            found.append(right)
    for column in (field.column for field in model._meta.concrete_fields if field.name not in model.ERASABLE):
        cursor.execute("SELECT has_column_privilege(%s, %s, %s, 'UPDATE')", [role, table, column])
        if cursor.fetchone()[0]:
            found.append(f"UPDATE {column}")
    return found
