"""Queries whose SQL is made once a process.

Django makes the SQL of a query anew each time, and for a query with a few conditions that takes longer than the
database takes to answer. The few queries that every request of a busy hall repeats are written as querysets like any
other, with ``Given`` in the places of what differs:

    _TOKEN = Prepared(lambda: ApiToken.objects.filter(key_hash=Given("key", CharField()))[:1])
    token = _TOKEN.first(key=hash)

The rows come back as the queryset would give them, ``select_related`` and annotations included.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Expression, Field, IntegerField, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")


class Given(Expression):
    """The place of a value that is given when the query runs; ``output_field`` says how it is sent.

    As in Django's own lookups, a whole number that no such column can hold is found nowhere: the query has no rows.
    """

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def sent(self, value: Any, connection: Any) -> Any:
        """The value as this database takes it. Raises ``EmptyResultSet`` when no row can have it."""
        sent = self.output_field.get_db_prep_value(value, connection)
        if isinstance(sent, int) and isinstance(self.output_field, IntegerField):
            least, most = connection.ops.integer_field_range(self.output_field.get_internal_type())
            if not (least is None or least <= sent) or not (most is None or sent <= most):
                raise EmptyResultSet
        return sent


class Prepared(Generic[Row]):
    """A queryset that is built and compiled at its first run. ``build`` is called without arguments."""

    def __init__(self, build: Callable[[], QuerySet[Any, Row]]) -> None:
        self._build = build
        self._compiled: tuple[QuerySet[Any, Row], SQLCompiler, str, tuple[Any, ...]] | None = None

    def first(self, **given: Any) -> Row | None:
        """The first row; the queryset should end in ``[:1]``."""
        return next(iter(self.all(**given)), None)

    def all(self, **given: Any) -> list[Row]:
        """All rows. Raises ``KeyError`` when a value is missing."""
        if self._compiled is None:
            queryset = self._build()
            compiler = queryset.query.get_compiler(queryset.db)
            sql, places = compiler.as_sql()
            # Kept as well: which columns a row's values have to be converted from, and how.
            columns = [column for column, *_rest in compiler.select[: compiler.col_count]]
            converters = compiler.get_converters(columns)
            compiler.get_converters = lambda _columns: converters
            composite = compiler.has_composite_fields(columns)
            compiler.has_composite_fields = lambda _columns: composite
            self._compiled = (queryset, compiler, sql, places)
        queryset, pattern, sql, places = self._compiled
        # What the compiler found out is shared by all threads and only read; the connection is this thread's.
        compiler = copy(pattern)
        connection = compiler.connection = connections[queryset.db]
        try:
            values = tuple(
                place.sent(given[place.name], connection) if isinstance(place, Given) else place for place in places
            )
        except EmptyResultSet:
            return []
        compiler.as_sql = lambda *_arguments, **_options: (sql, values)  # type: ignore[method-assign]
        source = queryset.all()
        source.query.get_compiler = lambda *_arguments, **_options: compiler  # type: ignore[method-assign]
        rows: Any = queryset._iterable_class
        return list(rows(source))
