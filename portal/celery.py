"""The jobs' application. Rows are the truth; the broker only wakes a worker early.

A job lost by the broker is found by its app's sweep, so every task can be run again.
"""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from django.conf import settings
from kombu import Exchange, Queue

from portal import filebroker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
# They read every page of the site into a process that shows none. Migrating has checked before a worker starts.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("portal")
# What waits for another's server stands in a line of its own: while that one hangs, copies and messages go on. A worker that is
# told of no queue serves both.
OWN, NATIONAL = "celery", "national"


def _transport(url: str, folder: Path) -> dict[str, Any]:
    if not url.startswith("filesystem://"):
        # Unacknowledged tasks come back after this many seconds; the sweeps are quicker anyway.
        return {
            "broker_transport_options": {
                "visibility_timeout": 300,
                "socket_timeout": 5,
                "socket_connect_timeout": 2,
                # Without this a page whose broker is down tries for six seconds, whatever task_publish_retry says.
                "max_retries": 0,
            }
        }
    filebroker.use()
    for part in ("queue", "processed", "control"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    return {
        "broker_transport_options": {
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "processed_folder": str(folder / "processed"),
            "control_folder": str(folder / "control"),
            "store_processed": False,
            "polling_interval": 0.1,
        }
    }


app.conf.update(
    broker_url=settings.BROKER_URL,
    **_transport(settings.BROKER_URL, settings.BROKER_DIR),
    broker_connection_retry_on_startup=True,
    # A page must not wait for a broker that is down: one quick try, then the sweep does it.
    task_publish_retry=False,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_time_limit=300,
    # Each with a key of its own: by the default one, both would get every message that is sent to the exchange.
    task_queues=[Queue(name, Exchange(name), routing_key=name) for name in (OWN, NATIONAL)],
    task_routes={
        "applications.tasks.tell_national": {"queue": NATIONAL},
        "applications.tasks.sweep_national": {"queue": NATIONAL},
        "applications.tasks.compare_with_national": {"queue": NATIONAL},
    },
    timezone="Asia/Ho_Chi_Minh",
    enable_utc=True,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    beat_schedule={
        "notices": {"task": "notifications.tasks.sweep", "schedule": 10.0, "options": {"expires": 10}},
        "certifications": {
            "task": "applications.tasks.sweep_certifications",
            "schedule": 10.0,
            "options": {"expires": 10},
        },
        "closings": {"task": "applications.tasks.close_days", "schedule": 300.0, "options": {"expires": 300}},
        "time stamps": {"task": "applications.tasks.renew_stamps", "schedule": 600.0, "options": {"expires": 600}},
        "dates": {"task": "applications.tasks.move_dates", "schedule": 300.0, "options": {"expires": 300}},
        "moves": {"task": "applications.tasks.hand_on_left", "schedule": 300.0, "options": {"expires": 300}},
        "apologies": {"task": "applications.tasks.foresee_lateness", "schedule": 300.0, "options": {"expires": 300}},
        "answers": {"task": "applications.tasks.remind_offices", "schedule": 300.0, "options": {"expires": 300}},
        "uncollected": {
            "task": "applications.tasks.remind_uncollected",
            "schedule": 600.0,
            "options": {"expires": 600},
        },
        "supplements": {"task": "applications.tasks.mind_supplements", "schedule": 300.0, "options": {"expires": 300}},
        "merged": {"task": "applications.tasks.follow_merged", "schedule": 300.0, "options": {"expires": 300}},
        "outages": {"task": "applications.tasks.stop_clocks", "schedule": 60.0, "options": {"expires": 60}},
        "receipts": {"task": "applications.tasks.sweep_receipts", "schedule": 60.0, "options": {"expires": 60}},
        "viruses": {
            "task": "applications.tasks.scan_for_viruses",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
        "retention": {
            "task": "applications.tasks.carry_out_retention",
            "schedule": 3600.0,
            "options": {"expires": 3600},
        },
        "scans": {"task": "applications.tasks.sweep_scans", "schedule": 60.0, "options": {"expires": 60}},
        "declarations": {
            "task": "applications.tasks.sweep_declarations",
            "schedule": 600.0,
            "options": {"expires": 600},
        },
        "bank notices": {
            "task": "applications.tasks.sweep_notices",
            "schedule": 10.0,
            "options": {"expires": 10},
        },
        "national portal": {
            "task": "applications.tasks.sweep_national",
            "schedule": 10.0,
            "options": {"expires": 10},
        },
        "national comparison": {
            "task": "applications.tasks.compare_with_national",
            "schedule": 300.0,
            "options": {"expires": 300},
        },
        "appointments": {"task": "centres.tasks.sweep_appointments", "schedule": 60.0, "options": {"expires": 60}},
        "held_places": {"task": "centres.tasks.miss_held", "schedule": 30.0, "options": {"expires": 30}},
        "calls": {"task": "centres.tasks.call_everywhere", "schedule": 10.0, "options": {"expires": 10}},
        "boards": {"task": "centres.tasks.tell_boards", "schedule": 20.0, "options": {"expires": 20}},
        "next in line": {"task": "centres.tasks.tell_next", "schedule": 5.0, "options": {"expires": 5}},
        "held numbers": {"task": "centres.tasks.clear_yesterday", "schedule": 600.0, "options": {"expires": 600}},
        "files": {"task": "portal.tasks.tidy_files", "schedule": 3600.0, "options": {"expires": 3600}},
        "tickets": {"task": "centres.tasks.close_yesterday", "schedule": 600.0, "options": {"expires": 600}},
        "summaries": {"task": "centres.tasks.keep_summaries", "schedule": 60.0, "options": {"expires": 60}},
        "waits": {"task": "centres.tasks.estimate_waits", "schedule": 30.0, "options": {"expires": 30}},
        "on call": {"task": "support.tasks.call_on_call", "schedule": 15.0, "options": {"expires": 15}},
        "help": {"task": "support.tasks.mind_help", "schedule": 10.0, "options": {"expires": 10}},
        "signs of life": {"task": "support.tasks.beat", "schedule": 10.0, "options": {"expires": 10}},
        # It may stand behind a whole sweep of rows that nobody answers.
        "signs of the courier's life": {
            "task": "support.tasks.beat",
            "schedule": 20.0,
            "args": ["courier"],
            "options": {"expires": 120, "queue": NATIONAL},
        },
        "sign-ins": {"task": "citizens.tasks.forget_sign_ins", "schedule": 300.0, "options": {"expires": 300}},
        "failed jobs": {"task": "support.tasks.forget_failures", "schedule": 3600.0, "options": {"expires": 3600}},
        "learning": {"task": "centres.tasks.learn_days", "schedule": 900.0, "options": {"expires": 900}},
    },
)
app.autodiscover_tasks()
