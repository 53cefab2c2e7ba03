"""INSERT whose SQL is made once a process: of a row's columns only the values differ from the one before."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql.compiler import (
    SQLAggregateCompiler,
    SQLCompiler,
    SQLDeleteCompiler,
    SQLUpdateCompiler,
)
from django.db.backends.postgresql.compiler import SQLInsertCompiler as DjangosInsertCompiler

from portal.postgresql.plans import Column, Written, written

__all__ = ["SQLAggregateCompiler", "SQLCompiler", "SQLDeleteCompiler", "SQLInsertCompiler", "SQLUpdateCompiler"]

# By model, columns, columns returned, and one row or several: the statement, what it returns, and whether each column
# is sent as one list. Filled by all threads; the same key always gets the same value.
_written: dict[tuple[Any, ...], tuple[Written, Any, bool]] = {}


class SQLInsertCompiler(DjangosInsertCompiler):
    """Django's, which is asked once for each shape of row; values that are expressions go through it every time."""

    def as_sql(self) -> list[tuple[str, tuple[Any, ...]]]:  # type: ignore[override]
        query: Any = self.query
        fields = query.fields
        if query.on_conflict is not None or query.raw or not fields or self._has_expressions():
            return super().as_sql()
        several = len(query.objs) > 1
        returning = tuple(field.column for field in self.returning_fields or ())
        key = (query.model, several, returning, *(field.column for field in fields))
        if key not in _written:
            statements = super().as_sql()
            if len(statements) == 1:
                self._remember(key, statements[0][0], several)
            return statements
        statement, self.returning_params, in_lists = _written[key]
        rows = [
            [field.get_db_prep_save(field.pre_save(row, add=True), connection=self.connection) for field in fields]
            for row in query.objs
        ]
        values = map(list, zip(*rows, strict=True)) if in_lists else rows[0]
        if statement.plan is not None:
            connection: Any = self.connection
            connection.make_ready(statement.plan)
        return [(statement.sql, (*values, *self.returning_params))]

    def _has_expressions(self) -> bool:
        return any(
            hasattr(getattr(row, field.attname), "resolve_expression")
            for row in self.query.objs
            for field in self.query.fields
        )

    def _remember(self, key: tuple[Any, ...], sql: str, several: bool) -> None:
        """Keep the statement if it is the same for any values: one row of plain places, or a list for each column."""
        fields = self.query.fields
        is_plain = not any(hasattr(field, "get_placeholder") for field in fields)
        in_lists = several and "UNNEST(" in sql
        if is_plain and (in_lists or not several):
            returning = self.returning_params if self.returning_fields else ()
            statement = Written(sql, list(fields))
            if not several and not returning:
                places = [Column(str(field.column), field) for field in fields]
                statement = written(self.connection, sql, places)
            _written[key] = (statement, returning, in_lists)
