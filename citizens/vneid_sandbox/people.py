"""The made-up people of the sandbox. Their numbers are of no living person: the demo and the tests use them alone."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

# More of them, in its folder: the demo's own people.
FILE = "people.json"


@dataclass(frozen=True)
class Person:
    """Somebody with an account of VNeID. ``level`` is the level of the identity (Decree 69/2024)."""

    username: str
    number: str
    full_name: str
    birthdate: str
    level: int


ALWAYS = (
    Person("anh", "001190001234", "Nguyễn Thị Ánh", "1990-02-01", 2),
    Person("nam", "001092000123", "Phạm Văn Nam", "1992-05-06", 2),
    Person("tre", "001206004321", "Lê Minh Trẻ", "2006-09-05", 1),
)


def people() -> list[Person]:
    """Those of the folder first."""
    path = Path(os.environ["VNEID_SANDBOX_FOLDER"]) / FILE
    more = json.loads(path.read_text()) if path.exists() else []
    return [*(Person(**given) for given in more), *ALWAYS]


def person_named(username: str) -> Person:
    return next(person for person in people() if person.username == username)
