"""Whether the lock files are fresh: every requirement is satisfied, hashed, and no index host is named.

    python portal/devtools/locks.py

Offline: compares requirements/*.in with requirements/*.lock and resolves nothing.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

FOLDER = Path(__file__).resolve().parents[2] / "requirements"
LAYERS = ("base", "test", "dev")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_ADDRESS = re.compile(r"https?://|^-{1,2}(?:index-url|extra-index-url|find-links|i|f)\b", re.MULTILINE)


def required(text: str) -> list[Requirement]:
    """The requirements of an ``.in`` file, without its references to other files."""
    lines = (line.split(" #")[0].strip() for line in text.splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


def pinned(text: str) -> dict[str, set[Version]]:
    """Package → versions of a lock; a package has several where markers choose between them."""
    pins: dict[str, set[Version]] = {}
    for name, version in _PIN.findall(text):
        pins.setdefault(canonicalize_name(name), set()).add(Version(version))
    return pins


def unhashed(text: str) -> list[str]:
    """The pins that no hash follows."""
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", text)
    return [block.split()[0] for block in blocks if "==" in block.split("\n")[0] and "--hash=" not in block]


def problems(folder: Path = FOLDER) -> list[str]:
    """What is wrong with the locks, one sentence each."""
    found: list[str] = []
    below: dict[str, set[Version]] = {}
    for layer in LAYERS:
        text = (folder / f"{layer}.lock").read_text()
        pins = pinned(text)
        for requirement in required((folder / f"{layer}.in").read_text()):
            versions = pins.get(canonicalize_name(requirement.name))
            if not versions:
                found.append(f"{layer}.lock lacks {requirement.name}, which {layer}.in asks for.")
            elif not all(requirement.specifier.contains(version, prereleases=True) for version in versions):
                found.append(f"{layer}.lock pins a {requirement.name} that {layer}.in does not allow ({requirement}).")
        found += [
            f"{layer}.lock pins {name} otherwise than the layer below it."
            for name in sorted(below)
            if pins.get(name) != below[name]
        ]
        found += [f"{layer}.lock has no hash for {pin}." for pin in unhashed(text)]
        if _ADDRESS.search(text):
            found.append(f"{layer}.lock names an index or an address.")
        below = pins
    return found


if __name__ == "__main__":
    if wrong := problems():
        print("\n".join(wrong))
        sys.exit("Run `make locks` and commit the result.")
