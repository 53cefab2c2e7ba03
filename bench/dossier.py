"""Two million dossiers, a year of Hanoi: what receiving, searching, a worklist, a dossier's page and a step cost through HTTP.

A year is generated (``bench.dossiers``), first 10,000 of it, then the rest; the same requests are sent by the same people at
both sizes, in turn with a page that reads no dossier. ``*_p50_ms`` and ``*_p95_ms`` are of the large size, with what is aimed
at or the small size as their floor; ``*_growth`` is how much slower the median became, beside how much slower that page
became, and ``growth`` the worst of them. A name finds one or two dossiers among 10,000 and thirty among two million, and each is
drawn: ``search_growth`` says so, while ``growth`` takes ``search_full``, names that fill their page at both sizes. ``synced_per_s`` and ``sync_lost`` are those of ``bench sync``, run after it.

``BENCH_YEAR_SIZES`` are the sizes (each after the first is held against it), ``BENCH_SAMPLES`` how often each is asked,
``BENCH_YEAR_ONLY=1`` leaves the sync out. A year takes about 20 GB of disk, given back at the end.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bench.harness import House, Web
from bench.program import OverHttp
from bench.report import figure

if TYPE_CHECKING:
    from bench.dossiers import Place, Year
    from bench.scene import Scene
    from citizens.models import User

SIZES = [int(size) for size in os.environ.get("BENCH_YEAR_SIZES", "10000,2100000").split(",")]
SAMPLES = int(os.environ.get("BENCH_SAMPLES", "120"))
SEED = int(os.environ.get("SEED", "1"))
WARM_UP, CHECKED = 8, 50
# Names are looked through among so many of a centre's dossiers; a page of a search shows so many.
COMMON_AMONG, ON_A_PAGE = 20_000, 30
AIM_MS = {"search": 50, "search_full": 50}
GROWTH_AIM = 1.3
FILL_S = 600
FLOOR = "floor"
# As a small server has it; PostgreSQL's own default is made for a laptop of long ago.
SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "8GB", "random_page_cost": "1.1"}
# Nobody follows this one: what an index is made of need not be written twice.
SETTINGS |= {"wal_level": "minimal", "max_wal_senders": "0"}
SPECIALISTS = OFFICERS = 6


class Person:
    """Somebody signed in, on a connection that stays open."""

    def __init__(self, web: Web, user: User) -> None:
        from django.conf import settings
        from django.test import Client

        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.user, self.cookies = user, {settings.SESSION_COOKIE_NAME: session}
        self.connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)
        page = self.get("/dossiers/search/")
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found, page[:500]
        self.csrf = found[1]

    def get(self, path: str) -> str:
        return self._ask("GET", path, None, 200)[1]

    def post(self, path: str, **values: str) -> str:
        """Where it leads."""
        body = urlencode({"csrfmiddlewaretoken": self.csrf, **values})
        return self._ask("POST", path, body, 302)[0]

    def _ask(self, method: str, path: str, body: str | None, expected: int) -> tuple[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie, "Accept-Language": "vi", "Host": "127.0.0.1"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self._answer(method, path, body, headers)
        content = answer.read().decode()
        for name, value in answer.getheaders():
            if name == "Set-Cookie":
                key, _is, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        assert answer.status == expected, f"{method} {path}: {answer.status} {content[:2000]}"
        return answer.headers.get("Location", ""), content

    def _answer(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> http.client.HTTPResponse:
        """Once more where the server has ended a connection that nobody used for long."""
        try:
            self.connection.request(method, path, body, headers)
            return self.connection.getresponse()
        except (ConnectionError, http.client.NotConnected):
            self.connection.close()
            self.connection.request(method, path, body, headers)
            return self.connection.getresponse()


class Requests:
    """What is asked, each time about another dossier; who asks works at the centre with most of them."""

    def __init__(self, web: Web, scene: Scene, people: dict[str, User]) -> None:
        self.scene, self.centre = scene, scene.centre.pk
        self.specialist, self.leader, self.officer = (
            Person(web, people[role]) for role in ("specialist", "leader", "officer")
        )
        self.program = OverHttp(web, scene, 0)
        self.chance = random.Random(SEED)

    def begin(self) -> None:
        """Choose anew among the dossiers that there are now, on connections that nobody has ended meanwhile."""
        self.program.close()
        from applications.enums import State
        from applications.models import Application

        here = Application.objects.filter(competent=self.centre, code__isnull=False)
        keys = list(here.order_by("?").values_list("pk", flat=True)[: 4 * (SAMPLES + WARM_UP)])
        self.pages = iter(keys[: SAMPLES + WARM_UP])
        self.to_take = iter(
            here.filter(state=State.ACCEPTED).order_by("?").values_list("pk", flat=True)[: SAMPLES + WARM_UP]
        )
        rows = here.filter(pk__in=keys).select_related("applicant")
        self.texts = iter([text for row in rows for text in self._texts(row)])
        self.common = self._common(here)
        self.turn = 0

    def _common(self, here: Any) -> Iterator[str]:
        """Family and middle names, in turn, that more people have than a page shows."""
        names = here.order_by("pk").values_list("applicant__full_name", flat=True)[:COMMON_AMONG]
        found = Counter(" ".join(name.split()[:2]) for name in names if len(name.split()) > 2)
        return cycle([text for text, count in found.most_common() if count > ON_A_PAGE] or ["Nguyễn"])

    def _texts(self, row: Any) -> list[str]:
        """One way in which people ask for it, each as often as at a counter: the name most."""
        name, form = row.applicant.full_name, row.form_data
        words = name.split()
        kind = self.chance.choice(["name", "name", "loose", "short", "child", "number", "phone", "parcel"])
        text = {
            "name": name,
            "loose": " ".join(reversed(words)).lower(),
            "short": f"{words[0]} {words[-1]}",
            "child": form.get("child_name") or form.get("husband_name") or name,
            "number": row.applicant.identity_number or name,
            "phone": row.applicant.phone or name,
            "parcel": f"{form['parcel_number']}/{form['map_sheet']}" if "parcel_number" in form else name,
        }[kind]
        return [text]

    # -- each is one measurement: milliseconds ----------------------------------------------------------------------------

    def floor(self) -> float:
        return _ms(lambda: self.specialist.get("/dossiers/search/"))

    def receive(self) -> float:
        from bench.program import _people
        from bench.scene import application, person
        from portal.clock import now

        self.program.draw()
        ticket = self.program.call_next()
        handed = application(ticket, person(next(_people), self.program.chance), now())
        spent = _ms(lambda: self.program._post("applications/receive/", self.program.officer, handed))
        self.program.finish(ticket)
        return spent

    def search(self) -> float:
        return self._found(next(self.texts))

    def search_full(self) -> float:
        return self._found(next(self.common))

    def _found(self, text: str) -> float:
        asks = self.specialist
        return _ms(lambda: asks.get(asks.post("/dossiers/search/", q=text)))

    def worklist(self) -> float:
        self.turn += 1
        who, which = [
            (self.specialist, "mine"), (self.specialist, "to-take"), (self.leader, "to-sign"), (self.officer, "to-hand-over"),
            (self.specialist, "all"),
        ][self.turn % 5]  # fmt: skip
        return _ms(lambda: who.get(f"/dossiers/?list={which}"))

    def page(self) -> float:
        pk = next(self.pages)
        return _ms(lambda: self.specialist.get(f"/dossiers/{pk}/"))

    def step(self) -> float:
        pk = next(self.to_take, None)
        if pk is None:  # nothing is left of a small year: what was just received is taken
            from applications.enums import State
            from applications.models import Application

            self.receive()
            rows = Application.objects.filter(competent=self.centre, state=State.ACCEPTED)
            pk = rows.order_by("-pk").values_list("pk", flat=True)[0]
        return _ms(lambda: self.specialist.post(f"/dossiers/{pk}/take/"))


MEASURED = ("receive", "search", "search_full", "worklist", "page", "step")


def _ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def measure(requests: Requests) -> dict[str, list[float]]:
    """So many of each in turn; the first few warm up."""
    requests.begin()
    found: dict[str, list[float]] = {name: [] for name in (*MEASURED, FLOOR)}
    for number in range(WARM_UP + SAMPLES):
        for name, times in found.items():
            spent = getattr(requests, name)()
            if number >= WARM_UP:
                times.append(spent)
    return found


def p95(values: list[float]) -> float:
    return sorted(values)[min(int(len(values) * 0.95), len(values) - 1)]


def main() -> None:
    with House(SETTINGS) as house:
        house.use_django()
        house.collect_static()
        year, scene, people = city(house)
        with house.web() as web:
            requests = Requests(web, scene, people)
            small: dict[str, list[float]] = {}
            for size in SIZES:
                started = time.perf_counter()
                year.grow(size)
                figure("dossier", f"filled_{size}", time.perf_counter() - started, "s", floor=FILL_S)
                check_whole()
                found = measure(requests)
                print(f"{size} dossiers, load {os.getloadavg()}", file=sys.stderr, flush=True)
                if small:
                    report(small, found)
                small = small or found
    if not os.environ.get("BENCH_YEAR_ONLY"):
        told()


def told() -> None:
    """What ``bench sync`` says, under our name; in a process of its own, for its installation has a national portal."""
    done = subprocess.run([sys.executable, "-m", "bench", "sync"], check=True, capture_output=True, text=True)
    for line in done.stdout.splitlines():
        print(json.dumps({**json.loads(line), "bench": "dossier"}), flush=True)


def check_whole() -> None:
    """That the history of some dossiers chosen by chance is one that nobody bent. Raises ``AssertionError``."""
    from applications.models import Application
    from portal import chain

    for dossier in Application.objects.filter(code__isnull=False).order_by("?")[:CHECKED]:
        fault = chain.verify(dossier.events.order_by("sequence").prefetch_related("values"))
        assert fault is None, f"{dossier}: {fault}"


def report(small: dict[str, list[float]], large: dict[str, list[float]]) -> None:
    slower = median(large[FLOOR]) / median(small[FLOOR])
    worst = 0.0
    for name in MEASURED:
        growth = median(large[name]) / median(small[name]) / slower
        worst = max(worst, growth if name != "search" else 0)
        figure("dossier", f"{name}_p50_ms", median(large[name]), "ms", floor=median(small[name]))
        figure("dossier", f"{name}_p95_ms", p95(large[name]), "ms", floor=AIM_MS.get(name) or p95(small[name]))
        figure("dossier", f"{name}_growth", growth, "times", floor=GROWTH_AIM)
    figure("dossier", "growth", worst, "times", floor=GROWTH_AIM)
    figure("dossier", "floor_p50_ms", median(large[FLOOR]), "ms", floor=median(small[FLOOR]))


def city(house: House) -> tuple[Year, Scene, dict[str, User]]:
    """Twelve centres with their people, real dossiers at the first as patterns, and nothing copied yet."""
    from bench import dossiers, patterns, scene
    from centres.enums import Role
    from centres.models import Centre
    from portal import clock

    place = scene.build(officers=1)
    leader = scene.member(place.centre, Role.LEADER, "lanh-dao")
    made = patterns.build(place, place.specialist, leader)
    places: list[Place] = []
    for number in range(len(dossiers.CENTRES)):
        centre = place.centre
        if number:
            names = {"vi": f"Chi nhánh số {number + 100}"}
            centre = Centre.objects.create(
                code=f"chi-nhanh-{number + 100}", agency_code=f"H26.30.{number + 100}", name=names, short_name=names
            )
        staff = {
            "officer": [scene.member(centre, Role.COUNTER_OFFICER, f"quay-{number}-{one}").pk for one in range(OFFICERS)],
            "specialist": [scene.member(centre, Role.SPECIALIST, f"cv-{number}-{one}").pk for one in range(SPECIALISTS)],
            "leader": [leader.pk if not number else scene.member(centre, Role.LEADER, f"ld-{number}").pk],
        }  # fmt: skip
        places.append(dossiers.Place(centre.pk, centre.agency_code, staff))
    roles = {place.officers[0].user.pk: "officer", place.specialist.pk: "specialist", leader.pk: "leader"}
    base = f"port={house.database.port} user=postgres dbname=portal host={house.database.directory}"
    year = dossiers.Year(house.database.url, base, places, made, roles, clock.today(), SEED)
    from citizens.models import User

    found = User.objects.in_bulk([people[0] for people in places[0].people.values()])
    people = {role: found[ids[0]] for role, ids in places[0].people.items()}
    return year, place, people


if __name__ == "__main__":
    main()
