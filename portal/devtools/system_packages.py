"""What the portal needs from the operating system, looked for and, when allowed, installed with apt-get.

    python3 portal/devtools/system_packages.py demo|check|test [--install]

Runs with a bare Python 3.11, before any virtual environment exists. Exit code 0: nothing needed is missing.
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import glob
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass


def library(soname: str) -> Callable[[], bool]:
    """Whether the loader finds the shared library."""

    def found() -> bool:
        try:
            ctypes.CDLL(soname)
        except OSError:
            # Elsewhere than on Linux the file is called otherwise.
            return ctypes.util.find_library(soname.removeprefix("lib").split(".so")[0]) is not None
        return True

    return found


def program(*names: str) -> Callable[[], bool]:
    """Whether one of the programs is on the path."""
    return lambda: any(shutil.which(name) for name in names)


def postgresql_server() -> bool:
    """Debian keeps the server's programs off the path."""
    return bool(glob.glob("/usr/lib/postgresql/*/bin/initdb") or shutil.which("initdb"))


def reads_vietnamese() -> bool:
    """Whether the words of Vietnamese are there for tesseract, which lists none on the path."""
    return bool(glob.glob("/usr/share/tesseract-ocr/*/tessdata/vie.traineddata"))


def virtual_environments() -> bool:
    """Whether a virtual environment can be made: Debian's bare Python has no ensurepip."""
    return bool(shutil.which("uv") or importlib.util.find_spec("ensurepip"))


@dataclass(frozen=True)
class Package:
    """A Debian package, how to see that what it brings is there, and what it is for."""

    name: str
    present: Callable[[], bool]
    purpose: str
    # Without an optional one everything works, only slower.
    optional: bool = False


DEMO = [
    Package("python3-venv", virtual_environments, "the virtual environment"),
    Package("libpango-1.0-0", library("libpango-1.0.so.0"), "printed documents"),
    Package("libpangoft2-1.0-0", library("libpangoft2-1.0.so.0"), "printed documents"),
    Package("util-linux", program("prlimit"), "limits for whatever draws foreign PDF files"),
    Package("poppler-utils", program("pdftoppm"), "certified copies of scans that are PDF files"),
    Package("libharfbuzz-subset0", library("libharfbuzz-subset.so.0"), "small PDF files, quickly", optional=True),
]
CHECK = [*DEMO, Package("gettext", program("msgfmt"), "collecting strings to translate")]
TEST = [
    *CHECK,
    Package("postgresql", postgresql_server, "the throw-away database"),
    Package("redis-server", program("redis-server", "valkey-server"), "the throw-away broker and cache"),
    Package("chromium", program("chromium"), "browser tests"),
    Package("libnss3-tools", program("certutil"), "checking signatures as a PDF reader does"),
    Package("softhsm2", program("softhsm2-util"), "keys in a token"),
    Package("clamav-daemon", program("clamd"), "the virus scan of files that come in"),
    Package("tesseract-ocr", program("tesseract"), "reading what a covered picture still shows"),
    Package("tesseract-ocr-vie", reads_vietnamese, "reading it in Vietnamese"),
    Package("jq", program("jq"), "checking a published closing without the portal"),
]
PROFILES = {"demo": DEMO, "check": CHECK, "test": TEST}


def administrator() -> list[str] | None:
    """The words before a command that let it install packages; None when this user may not."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None


def install(names: list[str], prefix: list[str]) -> bool:
    """Install with apt-get; the list of packages is fetched only when the first try fails."""
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    apt = [*prefix, *environment, "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    command = [*apt, "install", "-y", "--no-install-recommends", *names]
    print(f"Installing with apt-get: {' '.join(names)} ...", flush=True)
    if subprocess.run(command, capture_output=True).returncode == 0:
        return True
    subprocess.run([*apt, "update"], capture_output=True)
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print("\n".join(done.stderr.strip().splitlines()[-5:]), file=sys.stderr)
    return done.returncode == 0


def missing(profile: str) -> list[Package]:
    """The packages of the profile that are not there."""
    return [package for package in PROFILES[profile] if not package.present()]


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks for the system packages that the portal needs.")
    parser.add_argument("profile", choices=PROFILES)
    parser.add_argument("--install", action="store_true", help="install what is missing, when allowed")
    arguments = parser.parse_args()

    wanted = missing(arguments.profile)
    if wanted and arguments.install and (prefix := administrator()) is not None:
        if not install([package.name for package in wanted], prefix):
            # One package unknown to this release must not keep the others from being installed.
            for package in wanted:
                install([package.name], prefix)
        wanted = missing(arguments.profile)

    needed = [package for package in wanted if not package.optional]
    for package in wanted:
        if package.optional:
            print(f"Note: {package.name} ({package.purpose}) is missing; everything works without it, only slower.")
    if needed:
        names = " ".join(package.name for package in needed)
        purposes = ", ".join(dict.fromkeys(package.purpose for package in needed))
        print(
            f"Missing system packages (for {purposes}). Please run:  "
            f"sudo apt-get install --no-install-recommends {names}",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
