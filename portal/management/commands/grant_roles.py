"""Give the application's database role what it needs and nothing that could bend history."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from psycopg2 import sql

from portal.environment import database_from_url
from portal.records import append_only_models


class Command(BaseCommand):
    help = "Grants the role of DATABASE_URL its rights; run as the owner (DATABASE_OWNER_URL) after migrate."

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            self.stdout.write("Roles are for PostgreSQL; nothing to do here.")
            return
        role = database_from_url(settings.DATABASE_URL)["USER"]
        owner = connection.settings_dict["USER"]
        if role == owner:
            self.stderr.write(
                f"DATABASE_URL and DATABASE_OWNER_URL name the same role ({owner}): history is not out of reach."
            )
            return
        grant(role)
        self.stdout.write(f"{role} may read and write, and may only add to {len(append_only_models())} tables.")


@transaction.atomic
def grant(role: str) -> None:
    """All tables: read and write. Append-only tables: read and add; erasable columns may be blanked."""
    name = sql.Identifier(role)
    with connection.cursor() as cursor:
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
            "REVOKE TRUNCATE ON ALL TABLES IN SCHEMA public FROM {}",
        ):
            cursor.execute(sql.SQL(statement).format(name))
        for model in append_only_models():
            table = sql.Identifier(model._meta.db_table)
            cursor.execute(sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(table, name))
            if model.ERASABLE:
                columns = sql.SQL(", ").join(map(sql.Identifier, model.ERASABLE))
                cursor.execute(sql.SQL("GRANT UPDATE ({}) ON {} TO {}").format(columns, table, name))
