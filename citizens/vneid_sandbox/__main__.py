"""Serve the sandbox: ``python -m citizens.vneid_sandbox --folder F --port P --back URL``."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

KEY_BITS = 2048


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Addresses hold codes: nothing of them is written."""


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="vneid_sandbox", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where its database and its key lie")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--back", required=True, help="the address of the portal that people are led back to")
    parser.add_argument("--client", default="mot-cua", help="the name of the portal here")
    parser.add_argument("--token-seconds", type=int, default=300, help="how long an answer is good; negative: expired")
    parser.add_argument("--code-seconds", type=int, default=60, help="how long a code is good")
    return parser.parse_args(given)


def prepare(chosen: argparse.Namespace) -> None:
    """Key, database, people and the portal as a client; the portal's secret comes from ``VNEID_SECRET``."""
    chosen.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_once(chosen.folder / "secret", lambda: secrets.token_urlsafe(48))
    _write_once(chosen.folder / "key.pem", _new_key)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="citizens.vneid_sandbox.settings",
        VNEID_SANDBOX_FOLDER=str(chosen.folder),
        VNEID_SANDBOX_TOKEN_SECONDS=str(chosen.token_seconds),
        VNEID_SANDBOX_CODE_SECONDS=str(chosen.code_seconds),
    )
    import django  # noqa: PLC0415 - the settings are made here
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    _people_and_client(chosen)


def _people_and_client(chosen: argparse.Namespace) -> None:
    from allauth.idp.oidc.models import Client  # noqa: PLC0415 - needs the settings
    from django.contrib.auth import get_user_model  # noqa: PLC0415

    from citizens.vneid_sandbox.people import people  # noqa: PLC0415

    for person in people():
        get_user_model().objects.get_or_create(username=person.username)
    client = Client.objects.filter(id=chosen.client).first() or Client(id=chosen.client)
    client.name, client.type, client.scopes = "Một cửa Hà Nội", Client.Type.CONFIDENTIAL, "openid\nprofile"
    client.set_secret(os.environ["VNEID_SECRET"])
    client.set_redirect_uris([chosen.back])
    client.save()


def serve(port: int) -> None:
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415 - needs the settings

    server = make_server("127.0.0.1", port, get_wsgi_application(), server_class=_Server, handler_class=_Quiet)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    sys.stdout.write(f"The sandbox of VNeID listens at http://127.0.0.1:{port}/\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.2)
    server.server_close()


def _write_once(path: Path, make: Any) -> None:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(make())


def _new_key() -> str:
    key = generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


if __name__ == "__main__":
    options = arguments(sys.argv[1:])
    prepare(options)
    serve(options.port)
