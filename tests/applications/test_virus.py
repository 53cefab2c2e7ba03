"""The virus scan of what comes in, with a real clamd."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from applications import virus
from applications.actions.make_certified_copy import SCAN_INFECTED, SCAN_NOT_CHECKED, make_certified_copy
from applications.actions.use_scan import finished
from applications.enums import VirusState, WhenAway
from applications.models import Paper, ScanFile, VirusCheck, VirusRules
from applications.notarisation.enums import JobState
from applications.tasks import scan_for_viruses
from applications.virus import scan_waiting, take_upload
from applications.virus_watch import troubles
from portal import clock, files, virusscan
from portal.errors import BadInput, Gone, Unavailable
from support.watch.checks import other_apps
from tests.clamd import EICAR, Clamd
from tests.factories.applications import MONDAY
from tests.factories.certifications import a_missing_paper, a_picture, an_approved_item, an_item
from tests.factories.scans import a_scan

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
NAME = "Eicar-Test-Signature"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    if shutil.which("clamd") is None and not Path("/usr/sbin/clamd").exists():
        pytest.skip("needs Debian's clamav-daemon")
    with Clamd(tmp_path_factory.mktemp("clamd")) as running:
        yield running


@pytest.fixture
def clamd(daemon: Clamd, settings: LazySettings) -> Clamd:
    settings.CLAMD_URL = daemon.url
    return daemon


@pytest.fixture
def away(settings: LazySettings, tmp_path: Path) -> None:
    settings.CLAMD_URL = f"unix://{tmp_path}/nobody.sock"


@pytest.fixture
def taken_in() -> VirusRules:
    """The rule by which files are taken in while the scanner is away."""
    return VirusRules.objects.create(valid_from=MONDAY - timedelta(days=1), source="test", when_away=WhenAway.TAKE_IN)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.fixed(MONDAY):
        yield


@pytest.fixture
def paper() -> Paper:
    return a_missing_paper()


def sent(content: bytes, name: str = "scan.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


def infected() -> bytes:
    """A picture that anybody can look at, with something behind it."""
    return a_picture() + EICAR


def pieces(content: bytes) -> Iterator[bytes]:
    yield content[:50_000]
    yield content[50_000:]


def test_the_daemon_knows_what_is_infected_and_what_is_not(clamd: Clamd) -> None:
    assert virusscan.is_there()
    assert virusscan.virus_in([EICAR]).startswith(NAME)
    assert virusscan.virus_in([EICAR[:20], EICAR[20:]]).startswith(NAME)
    assert virusscan.virus_in(pieces(bytes(400_000) + EICAR)).startswith(NAME)
    assert virusscan.virus_in([a_picture()]) == virusscan.virus_in([]) == ""


def test_what_is_too_large_for_it_is_not_called_clean(clamd: Clamd) -> None:
    for _try in range(3):
        with pytest.raises(virusscan.ClamdAway):
            virusscan.virus_in(bytes(200_000) for _piece in range(100))


@pytest.mark.parametrize("said", [b"", b"stream: ", b"nonsense\0", b"stream: OK but not quite\0", b"x" * 9000])
def test_a_strange_answer_is_no_answer(settings: LazySettings, said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.getsockname()[1]}"

        def answer() -> None:
            line, _address = server.accept()
            with line:
                line.recv(100_000)
                line.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(virusscan.ClamdAway):
            virusscan.virus_in([b"x"])
        thread.join()


def test_without_a_scanner_nothing_is_asked_or_written() -> None:
    assert take_upload(sent(a_picture())).media_type == "image/jpeg"
    assert not VirusCheck.objects.exists() and list(troubles(MONDAY)) == []


def test_a_clean_file_goes_on_without_a_row(clamd: Clamd) -> None:
    taken = take_upload(sent(a_picture()))
    assert b"".join(taken.chunks()) == a_picture() and not VirusCheck.objects.exists()


def test_an_infected_file_is_refused_written_down_and_becomes_an_incident(clamd: Clamd, as_: As, paper: Paper) -> None:
    desk = as_(paper.application.opened_by)
    address = reverse("applications:scan_add", args=[paper.application_id, f"paper-{paper.pk}"])
    for time in (1, 2):
        answer = desk.post(address, {"file": sent(infected())})
        assert not ScanFile.objects.exists() and list(files.names()) == [], answer.status_code
        row = VirusCheck.objects.get()
        assert (row.state, row.asked_by, row.times) == (VirusState.INFECTED, paper.application.opened_by, time)
        assert row.found.startswith(NAME)
    [trouble] = troubles(MONDAY + timedelta(hours=1))
    assert trouble.key == "app:virus-found" and trouble.key in {found.key for found in other_apps(MONDAY)}
    assert list(troubles(MONDAY + timedelta(days=2))) == []


def test_an_infected_file_is_refused_in_plain_words(clamd: Clamd) -> None:
    with pytest.raises(BadInput) as said:
        take_upload(sent(infected()))
    assert said.value.code == "upload_infected" and "vi-rút" in str(said.value.message)


def test_while_it_is_away_files_are_refused_where_no_rule_says_otherwise(away: None) -> None:
    with pytest.raises(Unavailable) as said:
        take_upload(sent(a_picture()))
    assert said.value.code == "scanner_away" and not VirusCheck.objects.exists()
    assert [trouble.key for trouble in troubles(MONDAY)] == ["app:virus-scanner"]


def test_what_was_taken_in_meanwhile_is_given_to_nobody_until_it_was_scanned(
    away: None, taken_in: VirusRules, daemon: Clamd, as_: As, paper: Paper, settings: LazySettings
) -> None:
    take_upload(sent(a_picture()))
    item = an_item(paper)
    assert VirusCheck.objects.get().sha256 == item.scan.sha256
    desk, address = as_(paper.application.opened_by), reverse("applications:document", args=[item.scan_id])
    assert desk.get(address, follow=True).status_code == 503
    assert scan_waiting(at=MONDAY) == 0, "it is away still"
    late = MONDAY + timedelta(minutes=20)
    assert {trouble.key for trouble in troubles(late)} == {"app:virus-waiting", "app:virus-scanner"}
    settings.CLAMD_URL = daemon.url
    scan_for_viruses()
    assert VirusCheck.objects.get().state == VirusState.CLEAN
    assert desk.get(address, follow=True).status_code == 200 and list(troubles(late)) == []


def test_a_virus_that_is_found_later_keeps_the_file_from_everybody(
    away: None, taken_in: VirusRules, daemon: Clamd, as_: As, paper: Paper, settings: LazySettings
) -> None:
    user = paper.application.opened_by
    kept = files.store(take_upload(sent(infected()), user).chunks())
    settings.CLAMD_URL = daemon.url
    assert scan_waiting(at=MONDAY) == 1
    row = VirusCheck.objects.get()
    assert (row.sha256, row.state, row.asked_by) == (kept.sha256, VirusState.INFECTED, user)
    with pytest.raises(Gone):
        virus.check_may_be_used(kept.sha256)
    assert [trouble.key for trouble in troubles(MONDAY)] == ["app:virus-found"]
    settings.CLAMD_URL = ""
    take_upload(sent(infected()))
    assert VirusCheck.objects.get().state == VirusState.INFECTED, "it stays known"


def test_pages_that_wait_make_a_file_that_waits(away: None, taken_in: VirusRules, paper: Paper) -> None:
    scan = a_scan(paper, a_picture(), a_picture(size=(900, 700)))
    assert VirusCheck.objects.count() == 2
    with finished(scan) as made:
        sha256 = files.store(made.chunks()).sha256
    assert VirusCheck.objects.get(sha256=sha256).state == VirusState.WAITING


def test_pages_that_lie_ready_are_scanned_where_they_lie_and_go_no_further(
    away: None, taken_in: VirusRules, daemon: Clamd, paper: Paper, settings: LazySettings
) -> None:
    scan = a_scan(paper, infected())
    settings.CLAMD_URL = daemon.url
    assert scan_waiting(at=MONDAY) == 1
    with pytest.raises(BadInput) as said, finished(scan):
        pass
    assert said.value.code == "upload_infected"


def test_a_row_whose_file_was_never_kept_goes_in_the_end(away: None, taken_in: VirusRules, daemon: Clamd, settings):
    take_upload(sent(a_picture()))
    settings.CLAMD_URL = daemon.url
    assert scan_waiting(at=MONDAY) == 0 and VirusCheck.objects.exists()
    assert scan_waiting(at=MONDAY + timedelta(days=2)) == 0 and not VirusCheck.objects.exists()


@pytest.mark.parametrize(
    ("state", "left", "said"),
    [
        (VirusState.WAITING, JobState.APPROVED, SCAN_NOT_CHECKED),
        (VirusState.INFECTED, JobState.FAILED, SCAN_INFECTED),
    ],
)
def test_no_certified_copy_is_made_of_a_scan_that_is_not_clean(state: str, left: str, said: str, paper: Paper) -> None:
    item = an_approved_item(paper)
    is_infected = state == VirusState.INFECTED
    VirusCheck.objects.create(
        sha256=item.scan.sha256, state=state, asked_at=MONDAY, found=NAME if is_infected else "",
        checked_at=MONDAY if is_infected else None,
    )  # fmt: skip
    make_certified_copy(item_id=item.pk, now=lambda: MONDAY)
    item.refresh_from_db()
    assert (item.state, item.last_error) == (left, said) and item.output is None


def test_everything_that_is_kept_comes_in_by_this_door() -> None:
    """Files of which only the signatures are checked are kept nowhere."""
    root = Path(virus.__file__).parent
    asking = {path.relative_to(root).as_posix() for path in root.rglob("*.py") if "inspect_upload(" in path.read_text()}
    assert asking == {"virus.py", "views/verify.py", "views/check_file.py", "demo/certify.py"}


def test_a_kind_of_file_has_its_own_limit(settings: LazySettings) -> None:
    settings.UPLOAD_TYPE_LIMITS = {"image/jpeg": 1000}
    with pytest.raises(BadInput) as said:
        take_upload(sent(a_picture()))
    assert said.value.code == "upload_too_large" and "1000" in str(said.value.message).replace("\xa0", " ")
    settings.UPLOAD_TYPE_LIMITS = {"image/png": 1000, "image/jpeg": 0}
    assert take_upload(sent(a_picture())).size == len(a_picture())
