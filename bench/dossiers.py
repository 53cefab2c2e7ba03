"""A year of dossiers of the whole city, copied into PostgreSQL from the rows of real ones (``bench.patterns``).

Each copy has a person, a code, a day, a centre and people of its own, its history is chained anew, and it is found by its
names; everything else is as the real actions wrote it. The newest come last. The same ``SEED`` gives the same year.
``BENCH_FILLERS`` processes (2) write beside one another.

Imported only after Django is set up.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from itertools import accumulate
from multiprocessing import get_context
from typing import Any

import psycopg2
from psycopg2.extras import RealDictCursor

from bench import patterns
from bench.patterns import APPLICANT, KINDS, MAIL, NUMBER, PHONE, RESULT, Pattern
from bench.scene import FORM
from portal import chain
from portal.vn.text import syllables

Row = dict[str, Any]

FILLERS = int(os.environ.get("BENCH_FILLERS", "2"))
BATCH = 2000
# Room for the events of one dossier: their keys are given by us, for the values beside them name them.
EVENTS = 16
# Dossiers a person has in a year, on average: seven are of five people.
PEOPLE, OF = 5, 7

# How often each centre and each month comes; before Tết it is full, in its weeks empty.
CENTRES = (16, 14, 12, 11, 9, 8, 7, 6, 5, 5, 4, 3)
MONTHS = (11, 5, 9, 9, 9, 9, 8, 8, 8, 8, 8, 8)
OPENS, MINUTES = 8 * 60, 9 * 60

# Of a hundred dossiers of so many working days ago, how far they have come. Days between two are as the one before.
FATES = {
    1: {"accepted": 40, "taken": 45, "proposed": 10, "asked": 5},
    2: {"accepted": 10, "taken": 45, "proposed": 20, "asked": 5, "done": 20},
    4: {"taken": 15, "proposed": 10, "asked": 4, "done": 30, "returned": 40, "stopped": 1},
    8: {"taken": 2, "proposed": 1, "asked": 3, "done": 10, "returned": 80, "returned_late": 2, "withdrawn": 1, "stopped": 1},
    30: {"done": 3, "asked": 1, "returned": 88, "returned_late": 5, "withdrawn": 2, "stopped": 1},
    60: {"done": 1, "returned": 89, "returned_late": 6, "withdrawn": 3, "stopped": 1},
}  # fmt: skip

FAMILIES = {
    "Nguyễn": 38, "Trần": 12, "Lê": 10, "Phạm": 7, "Hoàng": 5, "Phan": 4, "Vũ": 4, "Đặng": 3, "Bùi": 3, "Đỗ": 3, "Hồ": 2,
    "Ngô": 2, "Dương": 2, "Lý": 1, "Đinh": 1, "Trịnh": 1, "Mai": 1, "Đào": 1, "Lương": 1, "Tạ": 1,
}  # fmt: skip
MIDDLES = {
    "Thị": 30, "Văn": 25, "Minh": 5, "Ngọc": 5, "Thu": 4, "Đức": 4, "Quang": 3, "Thanh": 4, "Hữu": 2, "Hồng": 3, "Xuân": 2,
    "Kim": 2, "Phương": 2, "Gia": 2, "Bảo": 2, "Khánh": 1, "Thùy": 1, "Quốc": 2, "Anh": 1,
}  # fmt: skip
GIVENS = [
    "An",
    "Anh",
    "Ánh",
    "Bách",
    "Bảo",
    "Bình",
    "Châu",
    "Chi",
    "Chiến",
    "Chung",
    "Cường",
    "Dũng",
    "Dương",
    "Duy",
    "Đạt",
    "Đông",
    "Đức",
    "Giang",
    "Hà",
    "Hải",
    "Hạnh",
    "Hân",
    "Hậu",
    "Hiền",
    "Hiếu",
    "Hoa",
    "Hoà",
    "Hoàng",
    "Hùng",
    "Huy",
    "Huyền",
    "Hưng",
    "Hương",
    "Hường",
    "Khang",
    "Khánh",
    "Khoa",
    "Kiên",
    "Lan",
    "Lâm",
    "Liên",
    "Linh",
    "Loan",
    "Long",
    "Lộc",
    "Ly",
    "Mai",
    "Mạnh",
    "Minh",
    "My",
    "Nam",
    "Nga",
    "Ngân",
    "Nghĩa",
    "Ngọc",
    "Nguyên",
    "Nhàn",
    "Nhi",
    "Nhung",
    "Oanh",
    "Phong",
    "Phúc",
    "Phương",
    "Quân",
    "Quang",
    "Quyên",
    "Quỳnh",
    "Sơn",
    "Tâm",
    "Tân",
    "Thái",
    "Thành",
    "Thảo",
    "Thắng",
    "Thiện",
    "Thịnh",
    "Thu",
    "Thuý",
    "Thủy",
    "Thư",
    "Tiến",
    "Toàn",
    "Trà",
    "Trang",
    "Trâm",
    "Trí",
    "Trung",
    "Trường",
    "Tú",
    "Tuấn",
    "Tùng",
    "Tuyết",
    "Uyên",
    "Vân",
    "Việt",
    "Vinh",
    "Vy",
    "Xuân",
    "Yến",
]

_FAMILIES, _MIDDLES = (
    [word for word, weight in table.items() for _time in range(weight)] for table in (FAMILIES, MIDDLES)
)

# Of each table: the column that names the dossier.
TABLES = {
    "applications_application": "id",
    "applications_step": "application_id",
    "applications_paper": "application_id",
    "applications_feeline": "application_id",
    "applications_issuedform": "application_id",
    "applications_payment": "application_id",
    "applications_supplementrequest": "application_id",
    "applications_pause": "application_id",
    "applications_result": "application_id",
    "applications_event": "application_id",
    "applications_eventvalue": "event_id",
    "notifications_message": "reference",
}
# These are written row by row, for each copy has others.
OTHERS = ("citizens_citizen", "applications_searchword")


@dataclass
class Place:
    """A centre, and who works there in the place of the pattern's people."""

    pk: int
    agency: str
    people: dict[int, list[int]]


@dataclass
class Plan:
    """What a year is made of; goes to every process that writes."""

    url: str
    places: list[Place]
    copies: dict[str, list[Copy]]
    shares: list[int]
    first_application: int
    first_event: int
    first_citizen: int
    today: date
    seed: int
    columns: dict[str, str]
    # How often the year has grown: dossiers of one day that were written in different turns have different codes.
    growth: int = 0


@dataclass
class Copy:
    """One pattern with everything that differs cut out of it: a text for each table, with names for what is put in."""

    texts: dict[str, str]
    moments: list[int]
    events: list[tuple[str, str, list[tuple[str, str]]]]
    names: list[str]
    marks: list[str]
    due: str


# -- cutting a pattern ----------------------------------------------------------------------------------------------------


class Cutter:
    """Reads a dossier's rows and makes texts for COPY of them."""

    def __init__(self, url: str, people: dict[int, str]) -> None:
        self.connection = psycopg2.connect(url)
        self.people = people
        self.columns = {table: self._columns(table) for table in TABLES}

    def cut(self, pk: int) -> Copy:
        rows = self._rows(pk)
        dossier = rows["applications_application"][0]
        self.start = _second(dossier["received_at"])
        self.moments: dict[int, int] = {}
        self.said = {
            dossier["code"]: "%(code)s", APPLICANT: "%(name)s", NUMBER: "%(number)s", PHONE: "%(phone)s", MAIL: "%(mail)s",
            RESULT: "%(result)s", FORM["child_name"]: "%(child)s", FORM["mother_name"]: "%(mother)s",
            patterns.WEDDING["husband_name"]: "%(husband)s", patterns.WEDDING["wife_name"]: "%(wife)s",
            patterns.LAND["certificate_serial"]: "%(serial)s",
        }  # fmt: skip
        self.application, self.citizen, self.token = dossier["id"], dossier["applicant_id"], dossier["token"]
        self.event_places = {row["id"]: place for place, row in enumerate(rows["applications_event"])}
        texts = {
            table: "".join(self._line(table, place, row) for place, row in enumerate(found))
            for table, found in rows.items()
            if found
        }
        events = [self._event(row, rows["applications_eventvalue"]) for row in rows["applications_event"]]
        form = dossier["form_data"]
        names = ["name"] + [
            slot
            for key, slot in (("child_name", "child"), ("husband_name", "husband"), ("wife_name", "wife"), ("mother_name", "mother"))
            if form.get(key)
        ]  # fmt: skip
        marks = ["parcel", "sheet", "serial"] if form.get("parcel_number") else []
        due = self._moment(dossier["due_at"])
        return Copy(texts, list(self.moments), events, names, marks, due)

    def _rows(self, pk: int) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        with self.connection.cursor(cursor_factory=RealDictCursor) as cursor:
            for table, column in TABLES.items():
                wanted: Any = [pk]
                if column == "event_id":
                    wanted = [row["id"] for row in found["applications_event"]]
                elif column == "reference":
                    wanted = [found["applications_application"][0]["code"]]
                cursor.execute(f"SELECT * FROM {table} WHERE {column} = ANY(%s) ORDER BY id", [wanted])
                found[table] = [dict(row) for row in cursor.fetchall()]
        self.connection.commit()
        return found

    def _columns(self, table: str) -> list[str]:
        """Its columns; keys that nothing else names are left to the database."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
                [table],
            )
            names = [name for (name,) in cursor.fetchall()]
        named = table in ("applications_application", "applications_event")
        return [name for name in names if name != "id" or named]

    def _line(self, table: str, place: int, row: Row) -> str:
        return "\t".join(self._value(table, place, name, row) for name in self.columns[table]) + "\n"

    def _value(self, table: str, place: int, name: str, row: Row) -> str:
        value = row[name]
        own = self._own(table, place, name, row)
        if own:
            return own
        if value is None:
            return r"\N"
        if isinstance(value, bool):
            return "t" if value else "f"
        if isinstance(value, datetime):
            return f"%({self._moment(value)})s"
        if isinstance(value, dict | list):
            return self._text(json.dumps(value, ensure_ascii=False))
        return self._text(str(value))

    def _own(self, table: str, place: int, name: str, row: Row) -> str:
        """What is put into this column of a copy; empty where it is as in the pattern."""
        value = row[name]
        if table == "applications_application" and name in ("id", "token", "matter_id", "client_key"):
            return {"id": "%(app)d", "token": "%(token)s"}.get(name, r"\N")
        if table == "applications_application" and name == "form_data":
            marks = {"parcel_number": "§parcel§", "map_sheet": "§sheet§"}
            form = {key: marks.get(key, one) for key, one in value.items()}
            text = self._text(json.dumps(form, ensure_ascii=False))
            return text.replace("§parcel§", "%(parcel)d").replace("§sheet§", "%(sheet)d")
        if table == "applications_event":
            special = {
                "id": f"%(e{place})d",
                "hash": f"%(h{place})s",
                "digests": f"%(g{place})s",
                "details": f"%(d{place})s",
            }
            special["previous_hash"] = f"%(h{place - 1})s" if place else chain.GENESIS
            if name in special:
                return special[name]
        if table == "applications_eventvalue":
            if name == "event_id":
                return f"%(e{self.event_places[value]})d"
            if name == "salt":
                return "%(salt)s"
        if table == "notifications_message":
            fixed = {
                "state": "sent",
                "dedup_key": f"dossier:%(app)d:bench:{place}",
                "sent_at": f"%({self._moment(row['created_at'])})s",
            }
            if name in fixed:
                return fixed[name]
        if name == "receipt_number":
            return "BL%(n)09d"
        if name == "application_id":
            return "%(app)d"
        if name == "applicant_id":
            return "%(citizen)d"
        if name in ("centre_id", "helped_at_id", "competent_id", "received_at_centre_id") and value is not None:
            return "%(centre)d"
        if (
            isinstance(value, int)
            and value in self.people
            and name.endswith(("_by_id", "holder_id", "handler_id", "actor_id", "by_id", "cashier_id"))
        ):
            return f"%({self.people[value]})d"
        return ""

    def _text(self, text: str) -> str:
        text = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("%", "%%")
        for said, slot in self.said.items():
            text = text.replace(said, slot)
        return text

    def _moment(self, at: datetime) -> str:
        """The name of a moment: so many seconds after the receipt, to the second."""
        after = _second(at) - self.start
        self.moments.setdefault(after, len(self.moments))
        return f"t{self.moments[after]}"

    def _event(self, row: Row, values: list[Row]) -> tuple[str, str, list[tuple[str, str]]]:
        """Its details as they are stored, its body as it is hashed, and its personal values."""
        details = dict(row["details"])
        if "due_at" in details:
            details["due_at"] = "§due§"
        if "code" in details:
            details["code"] = "§code§"
        stamp = f"§s{self._moment(row['at'])}§"
        actor = f"§{self.people[row['actor_id']]}§" if row["actor_id"] in self.people else row["actor_id"]
        body = {
            "application": "§app§", "sequence": row["sequence"], "kind": row["kind"], "at": stamp, "actor": actor,
            "centre": "§centre§" if row["centre_id"] else None, "from": row["from_state"], "to": row["to_state"],
            "reason": row["reason"], "details": details,
        }  # fmt: skip
        return (
            _slots(self._text(chain.canonical(details).decode())),
            _slots(self._said(chain.canonical(body).decode())),
            [(value["name"], self._said(value["value"])) for value in values if value["event_id"] == row["id"]],
        )

    def _said(self, text: str) -> str:
        """As ``_text``, for what is hashed and not copied."""
        text = text.replace("%", "%%")
        for said, slot in self.said.items():
            text = text.replace(said, slot)
        return text


def _slots(text: str) -> str:
    """Names of what is put in, which JSON keeps as texts: numbers stand without their quotes."""
    text = re.sub(r'"§(app|centre|officer|specialist|leader)§"', r"%(\1)d", text)
    text = re.sub(r'"§s(t\d+)§"', r"%(s\1)r", text)
    return text.replace("§due§", "%(due)s").replace("§code§", "%(code)s")


def _second(at: datetime) -> int:
    return int(at.timestamp())


# -- writing copies -------------------------------------------------------------------------------------------------------


def write(plan: Plan, first: int, last: int, whole: int) -> int:
    """Dossiers ``first`` to ``last`` of a year of ``whole``; how many were written."""
    connection = psycopg2.connect(plan.url)
    with connection, connection.cursor() as cursor:
        # Its keys are right by the way they are made, and nothing is to follow from them.
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        for start in range(first, last, BATCH):
            texts: dict[str, list[str]] = defaultdict(list)
            for n in range(start, min(start + BATCH, last)):
                _one(plan, n, whole, texts)
            for table, lines in texts.items():
                cursor.copy_expert(f"COPY {table} ({plan.columns[table]}) FROM STDIN", io.StringIO("".join(lines)))
            connection.commit()
    connection.close()
    return last - first


def _one(plan: Plan, n: int, whole: int, texts: dict[str, list[str]]) -> None:
    """The rows of dossier ``n``. Every draw is from its number, so that it does not matter who writes it."""
    chance = random.Random(plan.seed * 1_000_003 + n)
    received, days_ago = _moment_of(plan.today, n / whole, chance)
    place = plan.places[_drawn(CENTRES, chance)]
    fate = _fate(days_ago, chance)
    copy = plan.copies[fate][_drawn(plan.shares, chance)]
    person = n * PEOPLE // OF
    name = person_name(person)
    names = {"name": name, **{slot: person_name(chance.getrandbits(40)) for slot in copy.names[1:]}}
    number = f"{person:012}"
    values: dict[str, Any] = {
        **names,
        "n": n,
        "app": plan.first_application + n,
        "citizen": plan.first_citizen + person,
        "centre": place.pk,
        "number": number,
        "phone": phone_of(person),
        "mail": "a@example.vn",
        "code": f"{place.agency}-{datetime.fromtimestamp(received, UTC) + timedelta(hours=7):%y%m%d}-{plan.growth % 10}{n % 100_000:05}",
        "token": f"b{n:012x}{chance.getrandbits(64):016x}",
        "result": f"{n}/QĐ-BENCH",
        "parcel": 1 + chance.getrandbits(9),
        "sheet": 1 + chance.getrandbits(6),
        "serial": f"{chance.choice('ABCDE')}{chance.choice('ABCDEFGH')} {chance.randrange(100_000, 999_999)}",
        "salt": f"{chance.getrandbits(128):032x}",
        **{role: chance.choice(people) for role, people in place.people.items()},
    }
    for index, after in enumerate(copy.moments):
        values[f"t{index}"] = f"{datetime.fromtimestamp(received + after, UTC):%Y-%m-%d %H:%M:%S}+00"
        values[f"st{index}"] = float(received + after)
    values["due"] = values[copy.due].replace(" ", "T") + ":00"
    _chain(copy, values, plan.first_event + n * EVENTS)
    for table, text in copy.texts.items():
        texts[table].append(text % values)
    if n == 0 or (n - 1) * PEOPLE // OF != person:
        texts["citizens_citizen"].append(_citizen(values))
    texts["applications_searchword"].extend(_words(copy, values))


def _chain(copy: Copy, values: Row, first: int) -> None:
    previous, salt = chain.GENESIS, values["salt"]
    for place, (details, body, personal) in enumerate(copy.events):
        digests = {name: chain.digest_of(value % values, salt) for name, value in personal}
        sealed = chain.canonical(digests).decode()
        told = f'{{"body":{body % values},"digests":{sealed}}}'
        previous = hashlib.sha256(previous.encode() + told.encode()).hexdigest()
        values[f"e{place}"], values[f"h{place}"], values[f"g{place}"] = first + place, previous, sealed
        values[f"d{place}"] = details % values


def _citizen(values: Row) -> str:
    name = values["name"]
    folded = " ".join(syllables(name))
    birth = values["citizen"] % 28 + 1
    return (
        f"{values['citizen']}\t{values['number']}\t{name}\t{folded}\t{folded}\t{birth:02}/06/19{values['citizen'] % 60 + 40}\t"
        f"female\t12 ngõ 5, phường Kim Liên, Hà Nội\t\t\t{values['phone']}\t\tvi\ttyped\t{values['t0']}\n"
    )


CITIZEN = (
    "id, identity_number, full_name, folded_name, sort_name, birth_text, sex, card_address, address, unit_code, phone, email, "
    "language, identity_source, created_at"
)


def _words(copy: Copy, values: Row) -> Iterator[str]:
    app, centre = values["app"], values["centre"]
    for part, slot in enumerate(copy.names):
        for word in dict.fromkeys(word for one in values[slot].split() for word in _folded(one)):
            yield f"{centre}\t{word}\t{app}\t{part}\n"
    for slot in copy.marks:
        word = str(values[slot]).replace(" ", "").lower()
        yield f"{centre}\t{slot}:{word}\t{app}\t0\n"


@cache
def _folded(word: str) -> tuple[str, ...]:
    return tuple(syllables(word))


# -- chances --------------------------------------------------------------------------------------------------------------


def person_name(number: int) -> str:
    """Whoever this is has always the same name; some middle names are of two syllables or none."""
    mixed = (number * 0x9E3779B97F4A7C15 + 0x7F4A7C15) & 0xFFFFFFFFFFFFFFFF
    family, middle = _of(_FAMILIES, mixed & 0xFFFF), _of(_MIDDLES, mixed >> 16 & 0xFFFF)
    # The earlier a given name stands in this list of its own, the more often it is met.
    given = _givens()[int((mixed >> 32 & 0xFFFF) / 0x10000 * (mixed >> 48 & 0xFFFF) / 0x10000 * len(GIVENS))]
    second = f" {_of(_MIDDLES, mixed >> 40 & 0xFFFF)}" if mixed & 0x70000000 == 0 else ""
    return f"{family} {middle}{second} {given}"


def phone_of(person: int) -> str:
    return f"+849{person % 100_000_000:08}"


@lru_cache(maxsize=1)
def _givens() -> list[str]:
    mixed = list(GIVENS)
    random.Random(1).shuffle(mixed)
    return mixed


def _of(table: list[str], part: int) -> str:
    return table[part * len(table) >> 16]


def _drawn(weights: Any, chance: random.Random) -> int:
    rest = chance.random() * sum(weights)
    for place, upto in enumerate(accumulate(weights)):
        if rest < upto:
            return place
    return len(weights) - 1


def _moment_of(today: date, share: float, chance: random.Random) -> tuple[int, int]:
    """When the dossier at this place of the year was received (seconds), and how many working days ago."""
    days_ago, day = _days(today)[min(int(share * 10_000), 9_999)]
    minute = OPENS + chance.randrange(MINUTES)
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute - 7 * 60)
    return int(at.timestamp()), days_ago


@lru_cache(maxsize=1)
def _days(today: date) -> list[tuple[int, date]]:
    """Ten thousand moments of the year before this day, in order, as often as each working day comes."""
    days = [today - timedelta(days=back) for back in range(364, 0, -1)]
    work = [day for day in days if day.weekday() < 5]
    weights = list(accumulate(MONTHS[day.month - 1] for day in work))
    found: list[tuple[int, date]] = []
    place = 0
    for part in range(10_000):
        while weights[place] * 10_000 <= part * weights[-1]:
            place += 1
        found.append((len(work) - place, work[place]))
    return found


def _fate(days_ago: int, chance: random.Random) -> str:
    shares = next(FATES[days] for days in sorted(FATES, reverse=True) if days <= days_ago)
    return list(shares)[_drawn(list(shares.values()), chance)]


# -- a whole year ---------------------------------------------------------------------------------------------------------


class Year:
    """The city's dossiers; grows from a few to many."""

    def __init__(
        self,
        url: str,
        superuser: str,
        places: list[Place],
        made: list[Pattern],
        roles: dict[int, str],
        today: date,
        seed: int,
    ) -> None:
        cutter = Cutter(url, roles)
        copies: dict[str, list[Copy]] = defaultdict(list)
        for pattern in made:
            copies[pattern.fate].append(cutter.cut(pattern.pk))
        columns = {table: ", ".join(f'"{name}"' for name in names) for table, names in cutter.columns.items()}
        columns |= {"citizens_citizen": CITIZEN, "applications_searchword": "centre_id, word, application_id, part"}
        self.superuser = psycopg2.connect(superuser)
        self.superuser.autocommit = True
        self.plan = Plan(
            superuser, places, dict(copies), list(KINDS.values()),
            0, 0, 0,
            today, seed, columns,
        )  # fmt: skip
        self.written = 0

    def grow(self, whole: int) -> None:
        """Until there are ``whole`` of them; in the order of the year, but that the first few are of the whole year, too."""
        keys = self._put_aside() if whole - self.written > 100_000 else {}
        # Whole groups of people: whoever has dossiers before and after would be written twice.
        whole -= whole % OF
        first, self.written = self.written, whole
        self.plan.growth += 1
        self.plan.first_application = self._last("applications_application") + 1 - first
        self.plan.first_event = self._last("applications_event") + 1 - first * EVENTS
        self.plan.first_citizen = self._last("citizens_citizen") + 1 - first * PEOPLE // OF
        step = max(BATCH, -(-(whole - first) // (FILLERS * 8)))
        parts = [(start, min(start + step, whole)) for start in range(first, whole, step)]
        with ProcessPoolExecutor(FILLERS, mp_context=get_context("fork")) as fillers:
            list(fillers.map(_write, [(self.plan, start, end, whole) for start, end in parts]))
        with ThreadPoolExecutor(FILLERS) as finishers:
            list(finishers.map(lambda table: self._finish(table, keys.get(table, [])), (*TABLES, *OTHERS)))

    def _finish(self, table: str, keys: list[str]) -> None:
        """What is done once a table has all of its rows."""
        connection = psycopg2.connect(self.plan.url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '1GB'")
            for statement in keys:
                cursor.execute(statement)
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            cursor.execute(f"VACUUM ANALYZE {table}")
        connection.close()

    def _put_aside(self) -> dict[str, list[str]]:
        """Indexes and unique constraints that are made faster afterwards; returns how, by table."""
        tables = [*TABLES, *OTHERS]
        again: dict[str, list[str]] = defaultdict(list)
        with self.superuser.cursor() as cursor:
            cursor.execute(
                "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE contype = 'u' AND conrelid::regclass::text = ANY(%s)",
                [tables],
            )
            for table, name, definition in cursor.fetchall():
                again[table].append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
            cursor.execute(
                "SELECT tablename, quote_ident(indexname), indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND NOT EXISTS "
                "(SELECT 1 FROM pg_constraint WHERE conname = indexname)",
                [tables],
            )
            for table, name, definition in cursor.fetchall():
                again[table].append(definition)
                cursor.execute(f"DROP INDEX {name}")
        return again

    def _last(self, table: str) -> int:
        """The highest key that anybody was given, real dossiers between two growths among them."""
        with self.superuser.cursor() as cursor:
            cursor.execute(f"SELECT greatest(nextval(pg_get_serial_sequence('{table}', 'id')), max(id)) FROM {table}")
            return int(cursor.fetchone()[0])


def _write(work: tuple[Plan, int, int, int]) -> int:
    return write(*work)
