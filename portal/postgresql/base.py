"""The engine that ``DATABASES`` names; Django looks for ``DatabaseWrapper`` here."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base, operations

from portal.postgresql.plans import Plan


class DatabaseOperations(operations.DatabaseOperations):
    compiler_module = "portal.postgresql.compiler"


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._planned: set[str] = set()
        return super().get_new_connection(conn_params)

    def make_ready(self, plan: Plan) -> None:
        """Let this connection know the plan, if it does not yet: a statement before the first one of its kind."""
        # As Django does before each statement; a connection found broken here is made anew, and knows nothing.
        self.close_if_health_check_failed()
        self.ensure_connection()
        if plan.name not in self._planned:
            with self.wrap_database_errors, self.connection.cursor() as cursor:
                cursor.execute(plan.prepare)
            self._planned.add(plan.name)
