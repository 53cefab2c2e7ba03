"""Files from anywhere are examined in a process of their own, with little memory and time.

    python -m applications.notarisation.signing.apart ours file.pdf 2026-11-23T10:26:00+07:00 folder roots.pem

The folder holds lists of withdrawn certificates, if there are any; "brought" instead of "ours" for a file from anywhere.
"""

from __future__ import annotations

import json
import logging
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from pyhanko.keys import load_certs_from_pemder

from applications.notarisation.signing.brought import Brought, examine_brought
from applications.notarisation.signing.examine import CannotRead, Signature, Worth, examine

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 30
_LIST = ".crl"
_MEMORY_BYTES = 1024**3


def examine_apart(file: Path, roots: Path, at: datetime, lists: Sequence[bytes] = ()) -> list[Signature]:
    """``examine`` in a process of its own, which a file made to be large or slow to read brings down alone.

    Raises ``CannotRead``.
    """
    rows = _apart("ours", file, [roots], at, lists)
    return [Signature(**row | {"worth": Worth(row["worth"])}) for row in rows]


def examine_brought_apart(file: Path, roots: Sequence[Path], at: datetime) -> list[Brought]:
    """``examine_brought`` in a process of its own. Raises ``CannotRead``."""
    rows = _apart("brought", file, roots, at, ())
    return [Brought(**row | {"worth": Worth(row["worth"])}) for row in rows]


def _apart(what: str, file: Path, roots: Sequence[Path], at: datetime, lists: Sequence[bytes]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="examined-") as folder:
        for number, one in enumerate(lists):
            Path(folder, f"{number}{_LIST}").write_bytes(one)
        try:
            done = subprocess.run(  # noqa: S603 - our own program and paths of our own
                [sys.executable, "-m", __name__, what, str(file), at.isoformat(), folder, *map(str, roots)],
                cwd=ROOT, capture_output=True, timeout=SECONDS, check=True, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            rows: list[dict[str, Any]] = json.loads(done.stdout)
            return rows
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired, ValueError) as error:
            raise CannotRead(type(error).__name__) from error


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    logging.disable(logging.CRITICAL)
    what, path, at, folder, *roots = sys.argv[1:]
    trusted = [one for name in roots if Path(name).is_file() for one in load_certs_from_pemder([name])]
    lists = [one.read_bytes() for one in Path(folder).glob(f"*{_LIST}")]
    found: Sequence[Signature | Brought]
    with Path(path).open("rb") as file:
        if what == "ours":
            found = examine(file, trusted, datetime.fromisoformat(at), lists)
        else:
            found = examine_brought(file, trusted, datetime.fromisoformat(at))
    sys.stdout.write(json.dumps([asdict(signature) for signature in found]))


if __name__ == "__main__":
    main()
