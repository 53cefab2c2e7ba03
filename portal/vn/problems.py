"""What a parser found wrong: a code for programs, a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Problem:
    """An error or a warning about one field.

    ``message`` is translated each time it is read, so one problem can be shown in several languages.
    It never contains personal data; ``params`` holds counts, years and names of provinces only.
    """

    code: str
    template: str | StrPromise
    field: str = ""
    params: Mapping[str, object] = dataclass_field(default_factory=dict)

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        text = str(self.template)
        return text % self.params if self.params else text

    def __str__(self) -> str:
        return self.message


class InvalidValue(ValueError):
    """Input that cannot be used. ``str(error)`` is a sentence for the person who typed it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    @property
    def code(self) -> str:
        return self.problem.code

    @property
    def message(self) -> str:
        return self.problem.message

    def __str__(self) -> str:
        return self.problem.message
