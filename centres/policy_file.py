"""The queue policies that come with the portal, as rows not yet saved."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from centres.enums import PriorityGround
from centres.models import Centre, QueuePolicy
from procedures.data_files import rows

FILE = Path(__file__).parent / "data" / "queue_policies.csv"
_NUMBERS = (
    "cap", "recalls", "walk_seconds", "grace_minutes", "hold_minutes", "closing_minutes", "long_wait_minutes", "soon_minutes",
    "ahead_minutes", "pace_minutes", "idle_minutes",
)  # fmt: skip
_GROUNDS = [ground.value for ground in PriorityGround if ground != PriorityGround.NONE]


class Faulty(Exception):
    """A row that cannot be a policy; names file, line and reason."""


def read_policies(path: Path = FILE) -> list[QueuePolicy]:
    """Every row of the file; ``centre`` is a code, empty for the whole city. Raises ``Faulty``."""
    return [_read(path, line, row) for line, row in rows(path)]


def _read(path: Path, line: int, row: dict[str, str]) -> QueuePolicy:
    try:
        return QueuePolicy(
            centre=Centre.objects.get(code=row["centre"]) if row["centre"] else None,
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            classes={ground: int(row[ground]) for ground in _GROUNDS if row[ground]},
            hold_choices=[int(minutes) for minutes in row["hold_choices"].split()],
            **{name: int(row[name]) for name in _NUMBERS},
            source=row["source"],
            confidence=row["confidence"],
        )
    except KeyError as error:
        raise Faulty(f"{path.name}:{line}: the column {error} is missing") from error
    except (ValueError, Centre.DoesNotExist) as error:
        raise Faulty(f"{path.name}:{line}: {error}") from error
