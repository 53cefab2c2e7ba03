"""Statements that PostgreSQL reads and plans once a connection: after that only their values are sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from psycopg2.extensions import AsIs

_numbers = count(1)


class Place(Protocol):
    """Where a value comes that differs from run to run; those of one name are one value."""

    name: str
    output_field: Any


@dataclass(frozen=True)
class Column:
    """The place of a column's value."""

    name: str
    output_field: Any


@dataclass(frozen=True)
class Plan:
    """A statement's name in this process, and how it is made known."""

    name: str
    prepare: str


@dataclass(frozen=True)
class Written:
    """SQL that stays the same while its values differ, and what comes where in it: a ``Place``, or a value that stays."""

    sql: str
    places: Sequence[Any]
    plan: Plan | None = None

    @contextmanager
    def executed(self, connection: Any, values: Sequence[Any]) -> Iterator[Any]:
        """The cursor after this statement has run with these values, one for each of ``places``."""
        if self.plan is not None:
            connection.make_ready(self.plan)
        with connection.cursor() as cursor:
            cursor.execute(self.sql, values)
            yield cursor


def written(connection: Any, sql: str, places: Sequence[Any]) -> Written:
    """A statement to be sent again and again; ``places`` are those of ``sql`` in order.

    SQL of another database than PostgreSQL stays as it is.
    """
    if not hasattr(connection, "make_ready"):
        return Written(sql, places)
    given: dict[str, Place] = {place.name: place for place in places if _differs(place)}
    numbers = {name: number for number, name in enumerate(given, start=1)}
    marks = [AsIs(f"${numbers[place.name]}") if _differs(place) else place for place in places]
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        text = cursor.mogrify(sql, marks).decode()
    name = f"portal_{sql.split(None, 1)[0].lower()}_{next(_numbers)}"
    types = [place.output_field.db_type(connection) for place in given.values()]
    takes, values = (f" ({', '.join(types)})", f" ({', '.join(['%s'] * len(types))})") if types else ("", "")
    return Written(f"EXECUTE {name}{values}", list(given.values()), Plan(name, f"PREPARE {name}{takes} AS {text}"))


def _differs(place: Any) -> bool:
    return hasattr(place, "output_field")
