"""Copies to certify, made at one counter by the real actions. Imported only after Django is set up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from applications.actions.answer_checks import answer_checks
from applications.actions.approve_certification import approve_certification
from applications.actions.choose import choose
from applications.actions.edit_draft import set_applicant
from applications.actions.open_certification import open_certification
from applications.actions.submit_certification import submit_certification
from applications.enums import PAPER_THERE
from applications.models import CertificationItem, Paper
from applications.notarisation.grounds import FINE, grounds_for
from bench.program import InProcess
from bench.scene import Scene, member
from centres.enums import Role
from centres.models import Ticket
from citizens.models import Citizen
from portal import clock, files, jobs
from portal.files import Stored
from portal.uploads import Inspected
from procedures.models import Procedure

PROCEDURE = "marriage"


class Desk:
    """One person after another comes with papers whose certified copies are missing."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.program = scene, InProcess(scene)
        self.officer, self.signer = scene.officers[0].user, member(scene.centre, Role.LEADER, "lanh-dao")
        self.citizen = Citizen.objects.create(full_name="Nguyễn Thị Ánh", birth_text="01/02/1990", sex="female")
        self._papers = self._lines()
        self._opened = 0

    def approved(self, scan: Path, media_type: str, pages: int, number: int) -> list[int]:
        """Ids of so many copies of this scan, approved, for which no worker was woken."""
        # As it lies after the first upload: the others would write the same bytes again.
        kept = files.store(files.chunks_of(scan))
        with jobs.left_to_sweeps():
            return [self._approve(self._open(kept, scan.name, media_type, pages)) for _copy in range(number)]

    def _open(self, kept: Stored, name: str, media_type: str, pages: int) -> CertificationItem:
        self._opened += 1
        with files.open_stored(kept.sha256) as content:
            return open_certification(
                for_paper=next(self._papers),
                upload=Inspected(media_type, pages, kept.size, name, content),
                pages=pages,
                copies=1,
                client_key=f"bench-{self._opened}",
                title="Giấy chứng nhận kết hôn",
                at=clock.now(),
                acting_user=self.officer,
            )

    def _approve(self, item: CertificationItem) -> int:
        fine = {ground.key: FINE for ground in grounds_for(item.certification.kind, clock.today())}
        item = answer_checks(item=item, answers=fine, seen_to_sign=[], at=clock.now(), acting_user=self.officer)
        item = submit_certification(item=item, at=clock.now(), acting_user=self.officer)
        approve_certification(item=item, at=clock.now(), acting_user=self.signer)
        return int(item.pk)

    def _lines(self) -> Iterator[Paper]:
        procedure = Procedure.objects.get(key=PROCEDURE)
        while True:
            self.program.draw()
            ticket = Ticket.objects.get(pk=self.program.call_next())
            draft = choose(ticket=ticket, procedure=procedure, at=clock.now(), acting_user=self.officer)
            draft = set_applicant(application=draft, citizen=self.citizen, at=clock.now(), acting_user=self.officer)
            yield from draft.papers.exclude(state__in=PAPER_THERE).order_by("pk")
            ticket.refresh_from_db()
            ticket.finish(clock.now())  # as it is: what they came for goes on without them
            ticket.save()
