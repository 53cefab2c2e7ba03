"""The sandbox of VNeID as a process of its own, and somebody who answers its pages as a browser does."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import requests

CLIENT_ID, SECRET = "mot-cua", "bí mật của cổng"
START_SECONDS = 40


@contextmanager
def vneid_sandbox(folder: Path, back: str, *more: str) -> Iterator[str]:
    """Its issuer, while it runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "citizens.vneid_sandbox", "--folder", str(folder), "--port", str(port),
               "--back", back, "--client", CLIENT_ID, *more]  # fmt: skip
    environment = {**os.environ, "VNEID_SECRET": SECRET}
    process = subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[1])
    try:
        issuer, deadline = f"http://127.0.0.1:{port}", time.monotonic() + START_SECONDS
        while True:
            try:
                requests.get(f"{issuer}/.well-known/openid-configuration", timeout=2).raise_for_status()
                break
            except requests.RequestException:
                assert process.poll() is None, "the sandbox ended"
                assert time.monotonic() < deadline, "the sandbox does not answer"
                time.sleep(0.05)
        yield issuer
    finally:
        process.terminate()
        process.wait(20)


def settings_for(issuer: str) -> dict[str, str]:
    return {"VNEID_ISSUER": issuer, "VNEID_CLIENT_ID": CLIENT_ID, "VNEID_SECRET": SECRET}


def at_vneid(address: str, person: str, action: str = "grant") -> str:
    """Choose the person and answer what is asked; the address that the browser is led back to."""
    browser = requests.Session()
    page = browser.get(address, timeout=10)
    page = browser.post(page.url, data={**_hidden(page.text), "person": person}, timeout=10)
    form = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert form, page.text
    body = {**_hidden(page.text), "scopes": re.findall(r'name="scopes" value="([^"]+)"', page.text), "action": action}
    answer = browser.post(urljoin(page.url, form[1]), data=body, timeout=10, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def _hidden(page: str) -> dict[str, str]:
    found = (re.search(r'name="([^"]+)"', tag) for tag in re.findall(r'<input type="hidden"[^>]*>', page))
    values = (re.search(r'value="([^"]*)"', tag) for tag in re.findall(r'<input type="hidden"[^>]*>', page))
    return {name[1]: unescape(value[1]) for name, value in zip(found, values, strict=True) if name and value}
