"""A worker killed at any step of a certification, and started again, ends with one number, one file and one notice.

The steps are held from outside: a trigger in the test's own database waits at one of them for a lock that the test
holds, and the worker is killed while it waits there.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import LazySettings
from django.db import connection

from applications.actions.approve_certification import approve_certification
from applications.enums import DocumentSource, PaperState
from applications.models import CertificationItem, Document, Register, RegisterEntry
from applications.notarisation import half_signed
from applications.notarisation.enums import JobState
from applications.notarisation.signing.throwaway import Authority
from notifications.models import Message
from portal import clock, files
from tests.factories.certifications import a_missing_paper, a_submitted_item, signer_for
from tests.factories.registers import faults
from tests.services import Redis, redis
from tests.worker import Worker

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LOCK = 23_2015
PATIENCE_SECONDS = 60
# What is being written at each boundary: a row of the item, or the notice at the end of the filing transaction.
STEPS = {
    "claimed": "TG_TABLE_NAME LIKE '%%item' AND to_jsonb(NEW)->>'state' = 'composing' AND (to_jsonb(NEW)->>'progress')::int = 0",
    "scan read": "TG_TABLE_NAME LIKE '%%item' AND (to_jsonb(NEW)->>'progress')::int = 1",
    "text set": "TG_TABLE_NAME LIKE '%%item' AND (to_jsonb(NEW)->>'progress')::int = 2",
    "file kept": "TG_TABLE_NAME LIKE '%%item' AND (to_jsonb(NEW)->>'progress')::int = 5",
    "being filed": "TG_TABLE_NAME LIKE '%%item' AND to_jsonb(NEW)->>'state' = 'filed'",
    "notice queued": "TG_TABLE_NAME LIKE '%%message'",
}

# A signed copy's steps between the text and the file.
SIGNED_STEPS = {
    "signed": "TG_TABLE_NAME LIKE '%%item' AND (to_jsonb(NEW)->>'progress')::int = 3",
    "sealed": "TG_TABLE_NAME LIKE '%%item' AND (to_jsonb(NEW)->>'progress')::int = 4",
}


class Gate:
    """Holds every other connection that comes to a step, as long as it is shut."""

    TABLES = (CertificationItem._meta.db_table, Message._meta.db_table)

    def __init__(self) -> None:
        self._sql("SELECT pg_advisory_lock(%s)", LOCK)

    def shut_at(self, step: str) -> None:
        self._sql(
            f"CREATE OR REPLACE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {(STEPS | SIGNED_STEPS)[step]} THEN PERFORM pg_advisory_xact_lock({LOCK}); END IF; RETURN NEW; END $$".replace(
                "%%", "%"
            )
        )
        for table in self.TABLES:
            self._sql(
                f"CREATE OR REPLACE TRIGGER gate AFTER INSERT OR UPDATE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION wait_at_gate()"
            )

    # In this database: another process of the tests may have a gate of its own beside it.
    WAITING = (
        "FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    )

    def somebody_waits(self) -> bool:
        return bool(self._sql(f"SELECT pid {self.WAITING}"))

    def drop_who_waits(self) -> None:
        """What the server does when it notices that the other end is gone."""
        self._sql(f"SELECT pg_terminate_backend(pid, 5000) {self.WAITING}")

    def open(self) -> None:
        for table in self.TABLES:
            self._sql(f"DROP TRIGGER IF EXISTS gate ON {table}")
        self._sql("DROP FUNCTION IF EXISTS wait_at_gate")
        self._sql("SELECT pg_advisory_unlock_all()")

    def _sql(self, statement: str, *values: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.drop_who_waits()
    gate.open()


@pytest.fixture
def broker() -> Iterator[Redis]:
    with redis() as running:
        yield running


@pytest.fixture
def worker(broker: Redis, settings: LazySettings, tmp_path: Path) -> Iterator[Worker]:
    with Worker(
        tmp_path / "worker.log",
        BROKER_URL=f"{broker.url}/0",
        FILES_ROOT=str(settings.FILES_ROOT),
        EMAIL_URL=settings.EMAIL_URL,
        SMS_URL=settings.SMS_URL,
        CERTIFICATION_LEASE_SECONDS="1",
    ) as running:
        yield running


def approved() -> CertificationItem:
    item = a_submitted_item(a_missing_paper(), at=clock.now())
    approve_certification(item=item, at=clock.now(), acting_user=signer_for(item))
    return item


def sweep_until(broker: Redis, reached: Callable[[], bool], worker: Worker) -> None:
    """Ask for a sweep again and again, as the scheduler does, until something has happened."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with Celery(broker=f"{broker.url}/0", set_as_current=False) as scheduler:
        while not reached():
            assert time.monotonic() < deadline, worker.log.read_text()
            scheduler.send_task("applications.tasks.sweep_certifications", expires=1)
            time.sleep(0.1)  # between two questions, not instead of one


def is_filed(item: CertificationItem) -> bool:
    item.refresh_from_db()
    return bool(item.state == JobState.FILED)


def assert_one_of_each(item: CertificationItem, store: Path) -> None:
    assert RegisterEntry.objects.count() == 1
    book = Register.objects.get()
    assert book.last_number == 1 and not faults()
    document = Document.objects.get(source=DocumentSource.CERTIFIED)
    assert item.output == document
    assert item.for_paper is not None
    item.for_paper.refresh_from_db()
    assert (item.for_paper.state, item.for_paper.document) == (PaperState.CERTIFIED, document)
    kept = sorted(path.name for path in store.rglob("*") if path.is_file() and len(path.name) == 64)
    # Beside the copy and its scan only the receipts of the two dossiers may lie there.
    assert kept.count(document.sha256) == 1
    made = [name for name in kept if b"%PDF" in (store / name[:2] / name).read_bytes()[:8]]
    assert [name for name in made if not Document.objects.filter(sha256=name).exists()] == [], "no second version"
    assert Message.objects.filter(kind="copy_certified").count() == 1


def test_killed_at_every_step_in_turn_it_is_one_number_one_file_and_one_notice(
    gate: Gate, worker: Worker, broker: Redis, settings: LazySettings
) -> None:
    item = approved()
    for step in STEPS:
        gate.shut_at(step)
        sweep_until(broker, gate.somebody_waits, worker)
        worker.kill()
        gate.drop_who_waits()
        assert not is_filed(item), step
        worker.start()
    gate.open()
    sweep_until(broker, lambda: is_filed(item), worker)
    assert_one_of_each(item, Path(settings.FILES_ROOT))
    assert item.attempts == len(STEPS), "the claim that was killed before its commit was never made"


def test_killed_between_its_signatures_nothing_is_signed_twice(
    gate: Gate, worker: Worker, broker: Redis, settings: LazySettings, signing: Authority
) -> None:
    worker.kill()
    worker.environment |= signing.environment()
    worker.start()
    item = approved()
    kept: dict[str, bytes] = {}
    contents: dict[str, bytes] = {}
    for step in SIGNED_STEPS:
        gate.shut_at(step)
        sweep_until(broker, gate.somebody_waits, worker)
        worker.kill()
        gate.drop_who_waits()
        for path in Path(settings.FILES_ROOT).glob(".half-done-*"):
            lying = path.read_bytes()
            assert kept.setdefault(path.name, lying) == lying, "the first one made counts"
            with files.workplace() as place:
                half = files.half_done(path.name.removeprefix(".half-done-"), place)
                contents[path.name] = half.read_bytes() if half else b""
        worker.start()
    gate.open()
    sweep_until(broker, lambda: is_filed(item), worker)
    assert_one_of_each(item, Path(settings.FILES_ROOT))
    assert len(kept) == 2 and item.output is not None
    person, unit = (contents[f".half-done-{name}"] for name in half_signed.names_of(item))
    assert person + unit == files.read(item.output.sha256)


@pytest.mark.full  # the shower of test_storm kills at random, too
def test_killed_at_random_it_is_one_number_one_file_and_one_notice(
    worker: Worker, broker: Redis, settings: LazySettings
) -> None:
    chance = random.Random(2_000_815)
    item = approved()
    for _death in range(3):
        with Celery(broker=f"{broker.url}/0", set_as_current=False) as scheduler:
            scheduler.send_task("applications.tasks.compose_certification", (item.pk,))
            scheduler.send_task("applications.tasks.sweep_certifications")
        before = item.attempts
        deadline = time.monotonic() + PATIENCE_SECONDS
        while item.attempts == before and not is_filed(item) and time.monotonic() < deadline:
            time.sleep(0.02)  # until it is at work
        time.sleep(chance.uniform(0, 1.2))  # anywhere in it
        worker.kill()
        worker.start()
    sweep_until(broker, lambda: is_filed(item), worker)
    assert_one_of_each(item, Path(settings.FILES_ROOT))
