"""``python -m bench`` measures everything, ``python -m bench visit`` one thing; each in a process of its own."""

from __future__ import annotations

import importlib
import subprocess
import sys

from tests.services import ServiceError

BENCHES = [
    "visit",
    "queries",
    "receipt",
    "queue",
    "boards",
    "day",
    "estimate",
    "rules",
    "notarise",
    "sync",
    "dossier",
    "support",
]


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}. There are: {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    if len(names) == 1:
        return _one(names[0])
    # Settings are read once a process, and each benchmark has services of its own.
    codes = [subprocess.run([sys.executable, "-m", "bench", name]).returncode for name in names or BENCHES]
    return max(codes)


def _one(name: str) -> int:
    try:
        importlib.import_module(f"bench.{name}").main()
    except ServiceError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
