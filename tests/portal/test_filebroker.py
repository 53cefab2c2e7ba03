"""The demo's broker of files: a worker reads while others write, and no message is ever half there."""

from __future__ import annotations

import threading
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from portal import filebroker


@pytest.fixture
def connection(tmp_path: Path) -> Any:
    filebroker.use()
    folders = {name: tmp_path / name for name in ("queue", "processed", "control")}
    for folder in folders.values():
        folder.mkdir()
    options = {
        "data_folder_in": str(folders["queue"]),
        "data_folder_out": str(folders["queue"]),
        "processed_folder": str(folders["processed"]),
        "control_folder": str(folders["control"]),
        "store_processed": False,
    }
    with Connection("filesystem://", transport_options=options) as made:
        yield made


def test_messages_written_and_read_at_once_arrive_whole_and_once(connection: Any) -> None:
    reader, wanted, seen = connection.channel(), 300, []

    def write(start: int) -> None:
        channel = connection.channel()
        for number in range(start, start + wanted // 3):
            channel._put("celery", {"number": number, "filling": "x" * 20_000})

    writers = [threading.Thread(target=write, args=(start,)) for start in range(0, wanted, wanted // 3)]
    for writer in writers:
        writer.start()
    while len(seen) < wanted:
        try:
            seen.append(reader._get("celery")["number"])
        except Empty:
            if not any(writer.is_alive() for writer in writers) and len(seen) >= wanted:
                break
    for writer in writers:
        writer.join()
    assert sorted(seen) == list(range(wanted))


def test_a_message_that_cannot_be_read_is_dropped_and_the_next_one_comes(connection: Any, tmp_path: Path) -> None:
    channel = connection.channel()
    (tmp_path / "queue" / "0_broken.celery.msg").write_bytes(b"")
    channel._put("celery", {"number": 1})
    with pytest.raises(Empty):
        channel._get("celery")
    assert channel._get("celery") == {"number": 1}
