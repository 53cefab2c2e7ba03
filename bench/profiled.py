"""The portal with a profile of its requests: ``BENCH_PROFILE=FILE python -m bench visit`` writes it when the worker ends.

For reading with ``python -m pstats FILE``. What it adds to each request is in no figure worth quoting.
"""

from __future__ import annotations

import atexit
import cProfile
import os
import threading
import time
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from portal.wsgi import application as portal

# Only what this thread computes: waiting for the database, or for a busy machine, is not the code's.
_profile = cProfile.Profile(time.thread_time)
# A profile follows one thread at a time; one client is enough to see where the time goes.
_one_at_a_time = threading.Lock()


# The first requests import and read what later ones find in memory.
WARM_UP_REQUESTS = 60
_requests = count(1)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if next(_requests) <= WARM_UP_REQUESTS:
        return portal(environ, start_response)
    with _one_at_a_time:
        _profile.enable()
        try:
            return portal(environ, start_response)
        finally:
            _profile.disable()


@atexit.register
def _write() -> None:
    _profile.dump_stats(os.environ["BENCH_PROFILE"])
