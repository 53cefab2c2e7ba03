"""What is asked for once a request, however often the code on the way needs it.

Everything in one request then sees one answer, and the shared cache is asked once. Outside of a request (jobs,
commands, tests of functions) every call asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Answer = TypeVar("Answer")
_answers: ContextVar[dict[Any, Any] | None] = ContextVar("answers", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Remember answers inside the block, and nothing of them after it."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def once(key: Any, ask: Callable[[], Answer]) -> Answer:
    """What ``ask`` answers; inside ``remembering`` it is called the first time only."""
    answers = _answers.get()
    if answers is None:
        return ask()
    if key not in answers:
        answers[key] = ask()
    return answers[key]


def learnt(answers: dict[Any, Any]) -> None:
    """What came along with another answer need not be asked for; inside ``remembering``, and where it is not known yet."""
    known = _answers.get()
    if known is not None:
        known.update({key: answer for key, answer in answers.items() if key not in known})


def is_remembering() -> bool:
    return _answers.get() is not None


def forget(key: Any) -> None:
    """Ask again next time: the answer has just been changed here."""
    answers = _answers.get()
    if answers is not None:
        answers.pop(key, None)
