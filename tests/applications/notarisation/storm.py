"""Certified copies asked for by many clients at once, over HTTP, while the portal's parts are killed under them.

A client sends what an outage refused once more, with the same ``client_key``, until the portal has said that it is done.
"""

from __future__ import annotations

import json
import random
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psycopg2
import requests
from requests.adapters import HTTPAdapter

from tests.factories.certifications import a_picture

CSRF = "a" * 32
PATIENCE_SECONDS = 120
START_SECONDS = 30
# From here on it is an outage: the same again may go through.
OUTAGE = 500
_askers = count(2)
_AT_WORK = """SELECT id FROM applications_certificationitem
               WHERE state = 'composing' AND claimed_at > now() - interval '1 second'"""


class Portal(Protocol):
    """What the storm needs of a running portal."""

    url: str

    def kill(self, name: str) -> None: ...

    def start_worker(self) -> None: ...

    def restart_database(self) -> None:
        """Every connection ends, and for a moment nobody gets a new one."""

    def flush_redis(self) -> None: ...

    def wake(self) -> None:
        """What the scheduler does every few seconds."""

    def rows(self, statement: str) -> list[tuple[object, ...]]: ...


@dataclass(frozen=True)
class Desk:
    """An officer who is signed in and may certify, the lines of checklists that wait for a certified copy, and the rules
    that are asked about each."""

    session: str
    papers: list[int]
    grounds: list[str]


class Client:
    """One officer's browser."""

    def __init__(self, portal: Portal, desk: Desk, chances: random.Random) -> None:
        self.portal, self.desk, self.chances = portal, desk, chances
        self.approved, self.refused = 0, 0
        # The steps of each document that the portal said were done.
        self.behind: dict[int, set[str]] = {}
        self._link = requests.Session()
        self._link.cookies.update({"sessionid": desk.session, "csrftoken": CSRF})

    def certify_all(self) -> None:
        for paper in self.desk.papers:
            self._certify(paper)
            self.approved += 1

    def _certify(self, paper: int) -> None:
        key, scan = secrets.token_urlsafe(16), a_picture(quality=self.chances.randrange(50, 95))
        item = self._until_done(lambda: self._open(paper, key, scan))
        self._until_done(lambda: approve(self, item))

    def post(self, path: str, fields: dict[str, str], files: dict[str, Any] | None = None) -> str | None:
        """Where the answer leads; ``None`` in an outage."""
        try:
            answer = self._link.post(
                f"{self.portal.url}{path}", {"csrfmiddlewaretoken": CSRF, **fields}, files=files, timeout=30,
                allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException:
            return None
        if answer.status_code >= OUTAGE:
            return None
        assert answer.status_code == 302, f"{path}: {answer.status_code} {answer.text[-3000:]}"
        return answer.headers["Location"]

    def _open(self, paper: int, key: str, scan: bytes) -> int | None:
        fields = {"client_key": key, "title": "Giấy chứng nhận kết hôn", "pages": "", "copies": "1"}
        leads_to = self.post(f"/desk/papers/{paper}/certify/", fields, {"file": ("scan.jpg", scan, "image/jpeg")})
        return int(leads_to.rstrip("/").rpartition("/")[2]) if leads_to else None

    def _until_done(self, step: Callable[[], int | None]) -> int:
        until = time.monotonic() + PATIENCE_SECONDS
        while (done := step()) is None:
            self.refused += 1
            assert time.monotonic() < until, "the portal never came back"
            time.sleep(self.chances.uniform(0.1, 0.6))
        return done


def approve(client: Client, item_id: int) -> int | None:
    """From the answers about the original to the number, by an officer who may certify too; ``None`` in an outage. Done
    again it is the same line."""
    answers = {f"ground-{key}": "no" for key in client.desk.grounds}
    for step, fields in (("checks", answers), ("submit", {}), ("approve", {})):
        if step == "approve" or step not in client.behind.setdefault(item_id, set()):
            if client.post(f"/desk/certifications/{item_id}/{step}/", fields) is None:
                return None
            client.behind[item_id].add(step)
    return item_id


class Weather:
    """Kills the worker again and again, empties Redis once and restarts the database once, until it is told to end."""

    def __init__(
        self,
        portal: Portal,
        chances: random.Random,
        most_kills: int,
        most_between: int,
        share_done: Callable[[], float],
    ) -> None:
        self.portal, self.chances, self.share_done = portal, chances, share_done
        self.most_kills, self.most_between = most_kills, most_between
        self.happened: list[str] = []

    def blow(self, is_over: Callable[[], bool]) -> None:
        left = [(0.3, "redis", self.portal.flush_redis), (0.6, "database", self.portal.restart_database)]
        while left or not (is_over() or self.happened.count("worker") >= self.most_kills):
            self._wait_for_work(self.chances.randint(0, self.most_between))
            time.sleep(self.chances.uniform(0, 1))  # anywhere in it
            self.portal.kill("worker")
            self.happened.append("worker")
            if left and self.share_done() >= left[0][0]:
                _share, name, strike = left.pop(0)
                strike()
                self.happened.append(name)
            time.sleep(self.chances.uniform(0, 0.5))
            self.portal.start_worker()

    def _wait_for_work(self, copies: int) -> None:
        """Until the worker has made so many and is at the next: by its work and not by the clock, as a slow machine's, killed
        every few seconds, would never have started."""
        until, filed = time.monotonic() + START_SECONDS, None
        while time.monotonic() < until:
            with suppress(psycopg2.Error):
                filed = _filed(self.portal) if filed is None else filed
                if _filed(self.portal) >= filed + copies and self.portal.rows(_AT_WORK):
                    return
            self.portal.wake()
            time.sleep(0.1)


def storm(
    portal: Portal, desks: list[Desk], seed: int, *, most_kills: int, most_between: int, most_seconds: float
) -> list[str]:
    """Everything asked for at once in such weather, and the wait until it is made. Returns what struck.

    The worker is killed while it is at a copy, after at most ``most_between`` others, until half of all are made.
    """
    wanted = sum(len(desk.papers) for desk in desks)
    clients = [Client(portal, desk, random.Random(f"{seed}-{place}")) for place, desk in enumerate(desks)]

    def share_done() -> float:
        return sum(client.approved for client in clients) / wanted

    weather, over = Weather(portal, random.Random(seed), most_kills, most_between, share_done), threading.Event()
    with ThreadPoolExecutor(len(clients) + 1) as threads:
        work = [threads.submit(client.certify_all) for client in clients]
        blowing = threads.submit(weather.blow, over.is_set)
        try:
            for one in work:
                one.result()
            _until(lambda: _filed(portal) >= wanted // 2, portal, most_seconds, blowing)
        finally:
            over.set()
        blowing.result()
    _until(lambda: _filed(portal) == wanted, portal, most_seconds)
    return weather.happened


def _filed(portal: Portal) -> int:
    return int(str(portal.rows("SELECT count(*) FROM applications_certificationitem WHERE state = 'filed'")[0][0]))


def _until(
    reached: Callable[[], bool], portal: Portal, most_seconds: float, beside: Future[None] | None = None
) -> None:
    until = time.monotonic() + most_seconds
    while True:
        if beside is not None and beside.done():
            beside.result()
        with suppress(psycopg2.Error):  # the database may be away just now
            if reached():
                return
        assert time.monotonic() < until, portal.rows(
            "SELECT id, state, attempts, progress, last_error, claimed_at FROM applications_certificationitem "
            "WHERE state <> 'filed' ORDER BY id"
        )
        portal.wake()
        time.sleep(0.3)


def check(portal: Portal, wanted: int, store: Path, roots: Path) -> None:
    """The registers hold 1..n, each request has one signed file that is genuine, and nothing is left to do."""
    numbers = portal.rows("SELECT register_id, sequence FROM applications_registerentry ORDER BY register_id, sequence")
    assert [number for _book, number in numbers] == list(range(1, wanted + 1)), numbers
    items = portal.rows(
        "SELECT item.state, item.check_code, copy.sha256, item.entry_id, copy.id"
        " FROM applications_certificationitem item LEFT JOIN applications_document copy ON copy.id = item.output_id"
    )
    assert len(items) == wanted and {state for state, *_others in items} == {"filed"}
    for place in (1, 2, 3, 4):
        assert len({item[place] for item in items}) == wanted, "one code, file, line and document each"
    certified = portal.rows("SELECT count(*) FROM applications_document WHERE source = 'certified'")
    assert certified == [(wanted,)], "no document beside those of the requests"
    told = portal.rows("SELECT count(*) FROM notifications_message WHERE kind = 'copy_certified'")
    assert told == [(wanted,)], "each is told once"
    assert not list(store.glob(".half-done-*")), "nothing is left half done"
    with ThreadPoolExecutor(2) as threads:
        checks = [
            threads.submit(_check_copy, portal, str(code), str(sha256), roots)
            for _state, code, sha256, *_others in items
        ]
        for one in checks:
            one.result()


def _check_copy(portal: Portal, code: str, sha256: str, roots: Path) -> None:
    from applications.notarisation.signing.apart import examine_apart  # noqa: PLC0415 - Django is set up by then
    from applications.notarisation.signing.examine import Worth  # noqa: PLC0415
    from portal import files  # noqa: PLC0415

    with files.local(sha256) as path:
        content = path.read_bytes()
        assert [one.worth for one in examine_apart(path, roots, datetime.now(UTC))] == [Worth.GOOD] * 2
    with _asker() as anybody:
        of_file = anybody.post(
            f"{portal.url}/verify/file/",
            {"csrfmiddlewaretoken": CSRF},
            files={"file": ("copy.pdf", content, "application/pdf")},
            timeout=60,
        )
        assert of_file.status_code == 200 and "This copy is genuine." in of_file.text, of_file.text[-3000:]
        of_code = anybody.get(f"{portal.url}/verify/{code}/", timeout=60)
        assert of_code.status_code == 200 and "This code belongs to a genuine copy." in of_code.text


class _From(HTTPAdapter):
    """Connections from another address of this machine: the public page counts the tries of each."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, source_address=(self.address, 0), **more)


def _asker() -> requests.Session:
    number = next(_askers)
    link = requests.Session()
    link.mount("http://", _From(f"127.1.{number // 250}.{number % 250 + 1}"))
    link.cookies.update({"csrftoken": CSRF, "django_language": "en"})
    return link


def prepare(clients: int, wanted: int) -> list[Desk]:
    """Officers at their desks and, shared out among them, the lines that wait; in the database of this process."""
    from django.test import Client as Browser  # noqa: PLC0415

    from applications.enums import PaperState  # noqa: PLC0415
    from applications.notarisation.enums import RegisterKind  # noqa: PLC0415
    from applications.notarisation.grounds import grounds_for  # noqa: PLC0415
    from centres.enums import Role  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415
    from tests.factories.applications import a_centre, a_draft, a_member  # noqa: PLC0415
    from tests.factories.signing import a_delegation, open_signing_of  # noqa: PLC0415

    desks, today = [], clock.today()
    for number in range(clients):
        officer = a_member(Role.COUNTER_OFFICER, a_centre())
        a_delegation(officer, first_day=today - timedelta(days=1), last_day=today + timedelta(days=7))
        lines: list[int] = []
        share = wanted // clients + (number < wanted % clients)
        while len(lines) < share:
            draft = a_draft(procedure="marriage", officer=officer, email="", at=clock.now())
            missing = draft.papers.exclude(state=PaperState.LOOKED_UP)
            missing.update(state=PaperState.MISSING)
            lines += missing.values_list("pk", flat=True)
        browser = Browser()
        browser.force_login(officer)
        open_signing_of(browser, officer, clock.now() + timedelta(hours=3))
        grounds = [ground.key for ground in grounds_for(RegisterKind.COPIES, today)]
        desks.append(Desk(browser.cookies["sessionid"].value, lines[:share], grounds))
    return desks


def prepare_into(path: str, clients: int, wanted: int) -> None:
    """The same for a process of its own: what it prepared, written down."""
    Path(path).write_text(json.dumps([[desk.session, desk.papers, desk.grounds] for desk in prepare(clients, wanted)]))


def prepared_in(path: Path) -> list[Desk]:
    return [Desk(*desk) for desk in json.loads(path.read_text())]
