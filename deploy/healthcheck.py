"""Whether this container does its work: `python deploy/healthcheck.py web|live|worker|scheduler|watch`; exit code 0 is yes."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

# The scheduler writes its file every three minutes.
SCHEDULE_SECONDS = 10 * 60
# The watch looks every five seconds, and waits for a mail server that is slow.
WATCH_SECONDS = 120


def web() -> bool:
    """The process and what it depends on answer; asked under the name the site answers to."""
    request = urllib.request.Request(
        "http://127.0.0.1:8000/readyz", headers={"Host": urlsplit(os.environ["PUBLIC_URL"]).netloc}
    )
    try:
        return urllib.request.urlopen(request, timeout=5).status == 200
    except OSError:
        return False


def live() -> bool:
    """The stream answers and has its subscription to Redis. Without it pages ask, so nothing else waits for it."""
    try:
        return urllib.request.urlopen("http://127.0.0.1:8001/live/healthz", timeout=5).status == 200
    except OSError:
        return False


def worker() -> bool:
    """The worker of this container answers through the broker."""
    command = [
        "celery",
        "-A",
        "portal",
        "inspect",
        "ping",
        "--timeout",
        "8",
        "--destination",
        f"celery@{socket.gethostname()}",
    ]
    return subprocess.run(command, capture_output=True).returncode == 0


def scheduler() -> bool:
    """The schedule was written lately."""
    written = [path.stat().st_mtime for path in Path(os.environ["SCHEDULE_FILE"]).parent.glob("*") if path.is_file()]
    return bool(written) and time.time() - max(written) < SCHEDULE_SECONDS


def watch() -> bool:
    """The watch has finished a round lately."""
    sign = Path("/tmp/watch")
    return sign.exists() and time.time() - sign.stat().st_mtime < WATCH_SECONDS


if __name__ == "__main__":
    asked = {"web": web, "live": live, "worker": worker, "scheduler": scheduler, "watch": watch}
    sys.exit(0 if asked[sys.argv[1]]() else 1)
