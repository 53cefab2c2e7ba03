"""The job behind a signed copy: two signatures, each made once, and a sentence at the desk while something is away."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock, patch

import pytest
from django.conf import LazySettings

from applications.actions import make_certified_copy as job
from applications.actions.make_certified_copy import make_certified_copy
from applications.models import CertificationItem, RegisterEntry, SignatureMark
from applications.notarisation import half_signed
from applications.notarisation.enums import JobState
from applications.notarisation.signing.examine import Worth, examine
from applications.notarisation.signing.keys import Role
from applications.notarisation.signing.sign import TSA_SILENT, sign
from applications.notarisation.signing.throwaway import Authority
from applications.notarisation.signing.trust import roots
from portal import files
from tests.factories.applications import MONDAY
from tests.factories.certifications import an_approved_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def signatures() -> Iterator[Mock]:
    """The signing, counted."""
    with patch("applications.actions.make_certified_copy.sign", wraps=sign) as counted:
        yield counted


def make(item: CertificationItem, minutes: float = 0) -> CertificationItem | None:
    made = make_certified_copy(item_id=item.pk, now=lambda: MONDAY + timedelta(minutes=minutes))
    item.refresh_from_db()
    return made


def roles(signatures: Mock) -> list[Role]:
    return [call.args[1] for call in signatures.call_args_list]


def half_done(settings: LazySettings) -> list[str]:
    return [path.name for path in Path(settings.FILES_ROOT).glob(".half-done-*")]


def test_the_copy_is_signed_by_the_person_and_then_by_the_unit(
    signing: Authority, signatures: Mock, settings: LazySettings
) -> None:
    item = an_approved_item()
    make(item)
    assert (item.state, item.progress, roles(signatures)) == (JobState.FILED, item.STEPS, [Role.SIGNER, Role.UNIT])
    content = files.read(item.output.sha256)
    assert [one.worth for one in examine(io.BytesIO(content), roots(), datetime.now(UTC))] == [Worth.GOOD] * 2
    assert SignatureMark.objects.filter(item=item).count() == 3, "two signatures and the archive's time stamp"
    assert half_done(settings) == []


def test_while_the_time_stamps_are_away_the_number_stays_taken_and_the_desk_is_told(
    signing: Authority, signatures: Mock, settings: LazySettings
) -> None:
    item = an_approved_item()
    settings.SIGNING_TSA_URL = "http://127.0.0.1:9/tsa"
    make(item)
    assert (item.state, item.last_error) == (JobState.APPROVED, TSA_SILENT)
    assert item.not_before == MONDAY + job.FIRST_WAIT and RegisterEntry.objects.count() == 1
    make(item, 1)
    assert item.not_before == MONDAY + timedelta(minutes=1) + job.FIRST_WAIT * 2
    settings.SIGNING_TSA_URL = signing.stamps_url
    make(item, 5)
    assert (item.state, item.last_error, RegisterEntry.objects.count()) == (JobState.FILED, "", 1)


def test_a_signature_that_was_made_is_not_made_again(
    signing: Authority, signatures: Mock, settings: LazySettings
) -> None:
    item = an_approved_item()
    signatures.side_effect = lambda *what, **more: sign(*what, **more) if what[1] == Role.SIGNER else _cut_off()
    with pytest.raises(KeyboardInterrupt):
        make(item)
    assert len(half_done(settings)) == 1
    signatures.side_effect = None
    make(item, 60)
    assert item.state == JobState.FILED
    assert roles(signatures) == [Role.SIGNER, Role.UNIT, Role.UNIT], "the first one's signature was kept"


def _cut_off() -> None:
    raise KeyboardInterrupt


def test_one_that_died_with_both_signatures_made_leaves_only_the_filing(
    signing: Authority, signatures: Mock, settings: LazySettings
) -> None:
    item = an_approved_item()
    filing = patch("applications.actions.make_certified_copy.file_certification", side_effect=KeyboardInterrupt)
    with filing, pytest.raises(KeyboardInterrupt):
        make(item)
    kept = {path.name for path in Path(settings.FILES_ROOT).rglob("*") if len(path.name) == 64}
    make(item, 60)
    assert item.state == JobState.FILED and item.output.sha256 in kept
    assert roles(signatures) == [Role.SIGNER, Role.UNIT] and half_done(settings) == []


@pytest.mark.parametrize("role", half_signed.ROLES)
def test_of_two_that_sign_at_once_both_go_on_with_the_same_signature(role: Role) -> None:
    name = f"both-{role}"
    for said in (" signed first", " signed second"):
        with files.workplace() as place:
            signed, other = place / "signed.pdf", place / "other.pdf"
            signed.write_text(f"a copy{said}")
            other.write_text("a copy")
            assert half_signed.keep(role, name, signed, len("a copy")).read_text() == "a copy signed first"
            kept = half_signed.kept_of(role, name, other)
            assert kept is not None and kept.read_text() == "a copy signed first"
    files.forget_half_done(name)
    assert not files.is_half_done(name)


def test_of_the_unit_s_signature_only_what_it_wrote_is_kept() -> None:
    with files.workplace() as place:
        (place / "signed.pdf").write_text("a copy signed")
        half_signed.keep(Role.UNIT, "little", place / "signed.pdf", len("a copy"))
        kept = files.half_done("little", place)
        assert kept is not None and kept.read_text() == " signed"
    files.forget_half_done("little")
