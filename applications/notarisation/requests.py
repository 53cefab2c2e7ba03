"""Requests for certification: which procedures are such, what they hold, and what each document costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from applications.models import Application, Certification, CertificationItem
from applications.notarisation.enums import ENDED, NOT_PAID_FOR, RegisterKind
from applications.notarisation.parties import SIGNATORIES, Party, written
from citizens.models import Citizen
from portal import clock
from procedures.fees import FeeLine, fee_lines
from procedures.models import ProcedureVersion
from procedures.quote import Quote

# The national codes of "Chứng thực bản sao từ bản chính" and of "Chứng thực chữ ký trong giấy tờ, văn bản".
CERTIFIED_COPY, CERTIFIED_SIGNATURE = "2.000815", "2.000884"
# The registers that documents of each are entered in; the first one unless the officer says otherwise.
KINDS: dict[str, list[RegisterKind]] = {
    CERTIFIED_COPY: [RegisterKind.COPIES],
    CERTIFIED_SIGNATURE: [RegisterKind.SIGNATURES, RegisterKind.TRANSLATORS],
}
# One request, one visit: more are brought another time.
MOST_DOCUMENTS = 50


def is_request(version: ProcedureVersion) -> bool:
    """Whether what is asked for under this version is certifying documents, one by one."""
    return version.procedure.code in KINDS


def request_of(application: Application, version: ProcedureVersion) -> Certification | None:
    """The application's request for certification, once it has a document. No statement for any other procedure."""
    return getattr(application, "certification", None) if is_request(version) else None


def items_of(request: Certification | None) -> list[CertificationItem]:
    """Its documents in the order in which they were added, those refused and taken back with them."""
    if request is None:
        return []
    rows = request.items.select_related(
        "document_kind", "scan", "output", "entry__register", "entry__strike", "refusal", "for_paper"
    )
    return list(rows.prefetch_related("signatories", "fee_lines").order_by("pk"))


def is_over(items: Iterable[CertificationItem]) -> bool:
    return all(item.state in ENDED for item in items)


def paid_for(items: Iterable[CertificationItem]) -> list[CertificationItem]:
    return [item for item in items if item.state not in NOT_PAID_FOR]


def lines_for(version: ProcedureVersion, facts: Any, at: datetime, item: CertificationItem) -> list[FeeLine]:
    """What one document costs, under the rules of this day; each line names it."""
    rules, incentives = list(version.fee_rules.all()), version.procedure.granted
    lines = fee_lines(rules, facts, clock.local_day(at), item.pages, item.copies, incentives)
    return [
        replace(line, name={language: f"{name}: {item.title}" for language, name in line.name.items()})
        for line in lines
    ]


def by_document(asked: Quote, priced: Iterable[Iterable[FeeLine]]) -> Quote:
    """The quote of a request: the sum of what its documents cost."""
    lines = [line for one in priced for line in one]
    return replace(asked, fee_lines=lines, total=sum(line.amount for line in lines), needs_pages=False)


def personal_of(items: Iterable[CertificationItem], requester: Citizen | None) -> dict[str, str]:
    """Whom the register's line names: who asked, and who signed."""
    signed = [
        Party(
            name=one.full_name,
            paper=one.identity_paper,
            number=one.identity_number,
            by_fingerprint=one.by_fingerprint,
            from_language=one.from_language,
            to_language=one.to_language,
        )
        for item in items
        for one in item.signatories.all()
    ]
    return {"requester": requester.full_name if requester else "", SIGNATORIES: written(signed)}
