"""What a foreign file may cost the worker that reads it.

The upload has looked at each before; one that got past it brings down neither the worker nor its machine.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The largest picture that is taken unfolds to a third of it.
READING_BYTES = 1024**3


@contextmanager
def little_memory(more: int = READING_BYTES) -> Iterator[None]:
    """So much more memory than the process has now, inside the block; beyond it ``MemoryError`` is raised.

    It counts for the whole process, which a worker's job has to itself.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = _taken() + more
    if soft != resource.RLIM_INFINITY:
        limit = min(limit, soft)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _taken() -> int:
    """Bytes of the process's memory, as the limit counts them."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()
