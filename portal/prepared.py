"""Queries whose SQL is made once a process.

Django makes the SQL of a query anew each time, and for a query with a few conditions that takes longer than the
database takes to answer. The few queries that every request of a busy hall repeats are written as querysets like any
other, with ``Given`` in the places of what differs:

    _TOKEN = Prepared(lambda: ApiToken.objects.filter(key_hash=Given("key", CharField()))[:1])
    token = _TOKEN.first(key=hash)

The rows come back as the queryset would give them, ``select_related`` and annotations included. PostgreSQL for its part
reads and plans each of them once a connection (``portal.postgresql.plans``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Expression, Field, IntegerField, QuerySet
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler

from portal.postgresql.plans import written

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

    def first(self, **given: Any) -> Row | None:
        """The first row; the queryset should end in ``[:1]``."""
        return next(iter(self.all(**given)), None)

    def all(self, **given: Any) -> list[Row]:
        """All rows. Raises ``KeyError`` when a value is missing."""
        return self._query.run(given)

    @cached_property
    def _query(self) -> _Query[Row]:
        return _Query(self._build())


class _Query(Generic[Row]):
    """What Django found out about a query: all threads share it and only read."""

    def __init__(self, queryset: QuerySet[Any, Row]) -> None:
        self._alias = queryset.db
        compiler = queryset.query.get_compiler(self._alias)
        sql, places = compiler.as_sql()
        self._sql = written(connections[self._alias], sql, places)
        columns = [column for column, *_rest in compiler.select[: compiler.col_count]]
        self._converters = list(compiler.get_converters(columns).items())
        self._row_of = _maker(queryset, compiler)

    def run(self, given: dict[str, Any]) -> list[Row]:
        connection = connections[self._alias]
        try:
            values = [
                place.sent(given[place.name], connection) if isinstance(place, Given) else place
                for place in self._sql.places
            ]
        except EmptyResultSet:
            return []
        with self._sql.executed(connection, values) as cursor:
            rows = cursor.fetchall()
        return [self._row_of(self._converted(row, connection)) for row in rows]

    def _converted(self, row: Any, connection: Any) -> Any:
        if not self._converters:
            return row
        values = list(row)
        for position, (converters, expression) in self._converters:
            for convert in converters:
                values[position] = convert(values[position], expression, connection)
        return tuple(values)


def _maker(queryset: QuerySet[Any, Any], compiler: SQLCompiler) -> Callable[[Any], Any]:
    """What makes a row of the database into a row of the queryset, as Django's own iterables do."""
    kind: Any = queryset._iterable_class
    if kind is ValuesListIterable:
        return tuple
    if kind is not ModelIterable:
        raise TypeError(f"a prepared query gives objects or tuples, not what {kind.__name__} gives")
    alias, select, about = queryset.db, compiler.select, compiler.klass_info
    model, fields = about["model"], about["select_fields"]
    first, end = fields[0], fields[-1] + 1
    names = [column.target.attname for column, *_rest in select[first:end]]
    related = get_related_populators(about, select, alias)  # type: ignore[call-arg] # the stubs are of Django 6
    annotations = list((compiler.annotation_col_map or {}).items())

    def row_of(row: Any) -> Any:
        found = model.from_db(alias, names, row[first:end])
        for populator in related:
            populator.populate(row, found)
        for name, position in annotations:
            setattr(found, name, row[position])
        return found

    return row_of
