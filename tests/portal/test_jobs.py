from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.db import transaction

from notifications.tasks import sweep
from portal import jobs
from portal.celery import _transport, app
from tests.services import free_port


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(jobs.app, "send_task", lambda *args, **_options: calls.append(args))
    return calls


@pytest.mark.django_db(transaction=True)
def test_a_wake_that_nobody_heard_in_time_is_left_to_the_sweep(monkeypatch: pytest.MonkeyPatch):
    given: list[dict[str, Any]] = []
    monkeypatch.setattr(jobs.app, "send_task", lambda *_args, **options: given.append(options))
    jobs.wake("applications.tasks.tell_national", 7)
    assert 0 < given[0]["expires"] <= 300


def test_jobs_that_wait_for_the_national_portal_have_a_queue_of_their_own():
    app.loader.import_default_modules()
    queues = {name: app.amqp.router.route({}, name)["queue"].name for name in app.tasks}
    assert {name for name, queue in queues.items() if queue == "national"} == {
        "applications.tasks.tell_national", "applications.tasks.sweep_national", "applications.tasks.compare_with_national",
    }  # fmt: skip
    assert queues["applications.tasks.sweep_certifications"] == queues["support.tasks.beat"] == "celery"
    assert {name: queue.routing_key for name, queue in app.amqp.queues.items()} == {
        "celery": "celery", "national": "national",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_woken_after_the_commit_only(sent: list[tuple[Any, ...]]):
    with transaction.atomic():
        jobs.wake(sweep)
        jobs.wake("applications.tasks.render_receipt", 7)
        assert sent == []
    assert sent == [("notifications.tasks.sweep", ()), ("applications.tasks.render_receipt", (7,))]


def test_a_worker_knows_every_job_of_the_clock():
    app.loader.import_default_modules()
    assert {job["task"] for job in app.conf.beat_schedule.values()} <= set(app.tasks)


@pytest.mark.django_db(transaction=True)
def test_nobody_is_woken_for_what_was_undone(sent: list[tuple[Any, ...]]):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.wake(sweep)
        raise ZeroDivisionError
    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_is_no_error_of_the_page_and_no_wait(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    url = f"redis://127.0.0.1:{free_port()}/0"
    nobody = Celery("nobody", broker=url, set_as_current=False)
    nobody.conf.update(_transport(url, tmp_path))
    monkeypatch.setattr(jobs, "app", nobody)
    began = time.monotonic()
    with transaction.atomic():
        jobs.wake(sweep)
    assert time.monotonic() - began < 2


@pytest.mark.django_db(transaction=True)
def test_a_folder_broker_that_cannot_be_written_is_no_error_either(monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    (tmp_path / "queue").write_text("a file, not a folder")
    folders = {"data_folder_in": str(tmp_path / "queue"), "data_folder_out": str(tmp_path / "queue")}
    nobody = Celery("nobody", broker="filesystem://", set_as_current=False)
    nobody.conf.broker_transport_options = folders
    monkeypatch.setattr(jobs, "app", nobody)
    with transaction.atomic():
        jobs.wake(sweep)
