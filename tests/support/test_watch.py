"""The watch: it opens, resolves and calls by itself, with worker, Redis or even the database away."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError

from applications.enums_national import ItemState, Trouble
from applications.models import SyncItem
from centres.enums import DeviceKind
from notifications.enums import Channel, MessageState
from notifications.models import Message
from portal import chain, clock
from support.actions import handle
from support.actions.on_call import keep_contact
from support.enums import IncidentEventKind, IncidentState, Kind, Severity, Source
from support.failed_jobs import listen
from support.models import FailedJob, Heartbeat, Incident, SupportRules
from support.tasks import COURIER, beat
from support.watch import checks
from support.watch.rounds import NAME, Watch
from tests.factories.applications import a_dossier
from tests.factories.centres import MORNING, CentreFactory, DeviceFactory
from tests.factories.notifications import MessageFactory
from tests.factories.support import on_call

pytestmark = pytest.mark.django_db
STEP = timedelta(seconds=5)


class Day:
    """The present moment, rounds of the watch, and a worker that lives until it is told not to."""

    def __init__(self, at_hanoi):
        self.stop, self.at, self.watch, self.worker = at_hanoi, MORNING, Watch(), True

    def go(self, seconds: float) -> None:
        ends = self.at + timedelta(seconds=seconds)
        while self.at < ends:
            self.at += STEP
            self.stop(f"{clock.local(self.at):%Y-%m-%d %H:%M:%S}")
            if self.worker:
                beat()
            self.watch.round(self.at)


@pytest.fixture
def day(at_hanoi, monkeypatch) -> Day:
    monkeypatch.setattr(checks, "web", lambda _at: ())
    monkeypatch.setattr(
        "support.watch.rounds.QUICK",
        tuple(
            (keys, getattr(checks, check.__name__, check)) if check.__name__ != "web" else (keys, lambda _at: ())
            for keys, check in _quick()
        ),
    )  # noqa: E501
    return Day(at_hanoi)


def _quick():
    from support.watch.rounds import QUICK  # noqa: PLC0415

    return QUICK


def test_a_quiet_morning_opens_nothing(day):
    day.go(120)
    assert not Incident.objects.exists()
    assert Heartbeat.objects.get(name=NAME).at == day.at


def test_a_killed_worker_is_an_open_incident_and_told_directly_within_a_minute(day, supporter, settings):
    on_call(supporter)
    keep_contact(phone="0912 345 678", email="", acting_user=supporter)
    day.go(100)
    day.worker = False
    day.go(45)
    made = Incident.objects.get()
    assert (made.kind, made.source, made.state) == (Kind.JOBS, Source.WATCH, IncidentState.REPORTED)
    assert made.public_words and made.reported_at - MORNING <= timedelta(seconds=100 + 45)
    assert {message.state for message in Message.objects.all()} == {MessageState.SENT}, "no worker was needed"
    assert list(Path(settings.SMS_URL.removeprefix("file://")).glob("*.txt"))
    day.worker = True
    day.go(10)
    made.refresh_from_db()
    assert made.state == IncidentState.RESOLVED and made.owner is None
    assert made.events.last().kind == IncidentEventKind.RESOLVED


def test_it_goes_on_calling_and_opens_no_second_one(day, supporter):
    on_call(supporter)
    day.go(100)
    day.worker = False
    day.go(60 * 12)
    made = Incident.objects.get()
    assert made.count == 1 and made.calls == 3, "told at once and every five minutes"


def test_what_is_said_to_be_mended_and_is_not_comes_back(day, supporter):
    day.go(100)
    day.worker = False
    day.go(45)
    handle.resolve(incident=Incident.objects.get(), note="xong", at=day.at, acting_user=supporter)
    day.go(5)
    assert Incident.objects.open().count() == 1 and Incident.objects.count() == 2


def test_a_worker_that_starts_with_the_watch_has_its_time(day):
    day.worker = False
    day.go(90)
    assert not Incident.objects.exists()
    day.go(20)
    assert Incident.objects.count() == 1


def test_a_silent_courier_is_an_incident_of_its_own_where_a_national_portal_is_connected(day, settings):
    day.go(100)
    assert not Incident.objects.exists()
    settings.NATIONAL_URL = "http://127.0.0.1:1"
    beat(COURIER)
    day.go(60 * 3)
    assert not Incident.objects.exists(), "rows that nobody answers take their time"
    day.go(60 * 2)
    assert Incident.objects.get().fingerprint == "watch:courier"
    beat(COURIER)
    day.go(10)
    assert not Incident.objects.open().exists()


def test_a_stopped_redis_is_one_incident_and_explains_the_worker(day, settings):
    day.go(100)
    settings.CACHE_URL = settings.BROKER_URL = "redis://127.0.0.1:1/0"
    day.worker = False
    day.go(60)
    assert Incident.objects.get().fingerprint == "watch:redis"


class TestScreens:
    @pytest.fixture
    def screens(self, centre):
        return [
            DeviceFactory(centre=centre, kind=kind, last_seen_at=MORNING)
            for kind in (DeviceKind.KIOSK, DeviceKind.BOARD)
        ]

    def alive(self, day, seconds, *devices):
        for _step in range(int(seconds // 20)):
            for device in devices:
                device.last_seen_at = day.at
                device.save()
            day.go(20)

    def test_a_silent_board_is_an_incident_after_a_minute_and_over_when_it_speaks(self, day, screens):
        kiosk, board = screens
        self.alive(day, 100, kiosk)
        made = Incident.objects.get()
        assert (made.device, made.kind, made.centre) == (board, Kind.BOARD, board.centre)
        assert timedelta(seconds=60) < made.reported_at - MORNING <= timedelta(seconds=70)
        self.alive(day, 40, kiosk, board)
        made.refresh_from_db()
        assert made.state == IncidentState.RESOLVED

    def test_a_citizens_screen_that_is_silent_hinders_one_counter_only(self, day, centre, screens):
        screen = DeviceFactory(centre=centre, kind=DeviceKind.SCREEN, last_seen_at=MORNING)
        self.alive(day, 100, *screens)
        made = Incident.objects.get()
        assert (made.device, made.severity) == (screen, Severity.ONE)

    def test_all_screens_of_a_centre_are_its_network(self, day, screens):
        day.go(100)
        assert Incident.objects.get().kind == Kind.NETWORK

    def test_outside_the_hours_and_before_they_are_switched_on_nobody_is_called(self, day, centre, screens):
        centre.weekly_hours = {"1": [["10:04", "17:00"]]}
        centre.save()
        day.go(60 * 8)
        assert not Incident.objects.exists()
        day.go(60 * 2)
        assert Incident.objects.count() == 1

    def test_what_was_never_there_is_signed_out_or_stands_in_a_store_is_not_missed(self, day, centre):
        DeviceFactory(centre=centre)
        DeviceFactory(centre=centre, last_seen_at=MORNING, revoked_at=MORNING)
        DeviceFactory(centre=CentreFactory(), last_seen_at=MORNING - timedelta(days=8))
        day.go(100)
        assert not Incident.objects.exists()


def test_failed_jobs_and_dead_letters_are_incidents(day):
    FailedJob.objects.create(task="applications.tasks.compose_certification", error="KeyError", at=MORNING)
    MessageFactory(state=MessageState.DEAD, created_at=MORNING)
    MessageFactory(state=MessageState.DEAD, created_at=MORNING, channel=Channel.PUSH, recipient="7")
    day.go(35)
    assert set(Incident.objects.values_list("fingerprint", flat=True)) == {
        "watch:job:applications.tasks.compose_certification", "watch:dead-letters",
    }  # fmt: skip
    day.go(60 * 12)
    assert list(Incident.objects.open().values_list("fingerprint", flat=True)) == ["watch:dead-letters"]


def test_what_goes_and_comes_back_is_one_incident_and_calls_nobody_each_time(day, supporter):
    """Three minutes silent, one minute there, for an hour: told every five minutes as long as nobody answers, no faster."""
    on_call(supporter)
    day.go(100)
    for _time in range(15):
        day.worker = False
        day.go(60 * 3)
        day.worker = True
        day.go(60)
    made = Incident.objects.get()
    assert made.count == 15 and made.state == IncidentState.RESOLVED
    assert made.calls <= 60 / 5 + 1
    assert chain.verify(made.events.order_by("sequence")) is None


def test_who_looks_after_what_comes_and_goes_is_not_called_again(day, supporter):
    on_call(supporter)
    day.go(100)
    day.worker = False
    day.go(60)
    handle.acknowledge(incident=Incident.objects.get(), at=day.at, acting_user=supporter)
    for alive in (True, False, True, False):
        day.worker = alive
        day.go(60)
    made = Incident.objects.get()
    assert (made.state, made.calls, made.owner, made.count) == (IncidentState.ACKNOWLEDGED, 1, supporter, 3)


def test_what_fails_long_after_it_worked_again_is_another(day):
    SupportRules.objects.create(valid_from=date(2026, 1, 1), source="test", flap_minutes=2)
    day.go(100)
    for alive in (False, True, False):
        day.worker = alive
        day.go(60 * 4)
    assert Incident.objects.count() == 2


def test_rows_that_the_national_portal_does_not_take_are_an_incident_until_somebody_sees_to_them(day, settings):
    settings.NATIONAL_URL = "http://127.0.0.1:1"
    a_dossier()
    SyncItem.objects.update(state=ItemState.DEAD, trouble=Trouble.REFUSED)
    assert [one.key for one in checks.other_apps(day.at)] == ["app:national-dead"]
    Watch().round(day.at)
    made = Incident.objects.get(fingerprint="watch:app:national-dead")
    assert made.call_at is None
    SyncItem.objects.update(state=ItemState.DELIVERED, settled_at=day.at)
    Watch().round(day.at)
    made.refresh_from_db()
    assert made.state == IncidentState.RESOLVED


def test_rows_that_wait_longer_than_promised_are_an_incident(settings):
    settings.NATIONAL_URL = "http://127.0.0.1:1"
    dossier = a_dossier()
    assert list(checks.other_apps(dossier.received_at + timedelta(minutes=9))) == []
    late = checks.other_apps(dossier.received_at + timedelta(minutes=11))
    assert [one.key for one in late] == ["app:national-late"]


def test_a_job_that_fails_is_written_down_without_what_it_worked_on():
    from celery.signals import task_failure  # noqa: PLC0415

    listen()
    task_failure.send(sender="any.task", exception=ValueError("001190654321"))
    row = FailedJob.objects.get()
    assert (row.task, row.error) == ("any.task", "ValueError")


@pytest.mark.django_db(transaction=True)  # it closes what it cannot use any more
def test_with_the_database_away_whoever_was_on_call_is_told_directly(day, supporter, settings, monkeypatch):
    on_call(supporter)
    keep_contact(phone="0912 345 678", email="", acting_user=supporter)
    day.go(10)
    sms = Path(settings.SMS_URL.removeprefix("file://"))

    def away(_at):
        raise OperationalError("gone")

    day.worker = False
    with monkeypatch.context() as gone:
        gone.setattr(checks, "database", away)
        day.go(5)
        assert not sms.exists(), "a single answer that does not come may be chance"
        day.go(5)
        assert len(list(sms.glob("*.txt"))) == 1
        day.go(60 * 4)
        assert len(list(sms.glob("*.txt"))) == 2, "and again after three minutes"
        assert list(Path(settings.EMAIL_URL.removeprefix("file://")).glob("*.eml"))
    day.worker = True
    day.go(5)
    made = Incident.objects.get(fingerprint="watch:database")
    assert made.state == IncidentState.RESOLVED and made.reported_at == MORNING + timedelta(seconds=15)


def test_pages_that_do_not_answer_are_seen_and_those_that_do_are_not(live_server, settings):
    settings.WATCH_WEB_URL = live_server.url
    assert list(checks.web(MORNING)) == []
    settings.WATCH_WEB_URL = "http://127.0.0.1:1"
    assert [trouble.key for trouble in checks.web(MORNING)] == ["web"]


@pytest.mark.django_db(transaction=True)  # it closes what it cannot use any more
def test_the_command_looks_once_and_leaves_its_sign(tmp_path, settings):
    settings.WATCH_WEB_URL = "http://127.0.0.1:1"
    call_command("watch", once=True, sign=tmp_path / "watch")
    assert (tmp_path / "watch").exists() and Heartbeat.objects.filter(name=NAME).exists()


def test_a_round_costs_the_same_for_one_screen_and_for_thirty(day, centre, django_assert_max_num_queries):
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    counts = []
    for more in (1, 29):
        for _number in range(more):
            DeviceFactory(centre=centre, last_seen_at=day.at + timedelta(minutes=5))
        day.go(35)
        with CaptureQueriesContext(connection) as asked:
            day.watch.round(day.at)
        counts.append(len(asked))
    assert counts[0] == counts[1]
