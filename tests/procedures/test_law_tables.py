"""Every fee, limit and paper of the seventeen procedures, on both sides of each change of law.

The tables are written from the law (``docs``' domain facts), not from the catalogue's files: each row says what is promised
to somebody who hands a dossier in at that moment under those facts.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from portal.clock import HANOI
from procedures import catalogue_cache
from procedures.calendars import WorkCalendar
from procedures.quote import Quote, facts_asked, quote

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

TUESDAY = "2026-12-01 10:00"


def asked(
    calendar: WorkCalendar, key: str, at: str, facts: str = "", pages: int | None = None, copies: int = 1
) -> Quote:
    received = datetime.strptime(at, "%Y-%m-%d %H:%M").replace(tzinfo=HANOI)
    version = catalogue_cache.version_in_force(key, received.date())
    assert version is not None, f"{key} is not in force on {at}"
    return quote(version, dict.fromkeys(facts.split(), True), received, calendar, pages=pages, copies=copies)


# Procedure, facts, đồng. Per page and per copy stand below.
FEES = [
    ("land_change_info", "in_ward", 28_000),
    ("land_change_info", "", 14_000),
    ("birth", "", 0),
    ("birth", "late_registration", 5_000),
    ("birth", "late_registration fee_exempt", 0),
    ("birth_linked", "", 0),
    ("marriage", "", 0),
    ("marital_status", "", 3_000),
    ("marital_status", "fee_exempt", 0),
    ("death", "", 0),
    ("death", "late_registration", 5_000),
    ("death", "late_registration fee_exempt", 0),
    ("death_linked", "", 0),
    ("extract", "", 8_000),
    ("extract", "fee_exempt", 0),
    ("civil_correction", "", 25_000),
    ("civil_correction", "under_14", 5_000),
    ("civil_correction", "under_14 fee_exempt", 0),
    ("civil_correction", "fee_exempt", 0),
    ("signature_cert", "", 10_000),
    ("copy_from_register", "", 0),
    ("transaction_cert", "", 50_000),
    ("transaction_cert", "farm_credit", 0),
    ("residence_confirm", "", 0),
    ("permanent_residence", "", 20_000),
    ("permanent_residence", "online", 10_000),
    ("temporary_residence", "", 15_000),
    ("temporary_residence", "online", 7_000),
    ("household_business", "", 100_000),
    ("household_business", "online", 0),
    ("household_business", "address_renamed", 0),
]


@pytest.mark.parametrize(("key", "facts", "total"), FEES)
def test_what_a_case_costs(calendar: WorkCalendar, key: str, facts: str, total: int) -> None:
    assert asked(calendar, key, TUESDAY, facts).total == total


@pytest.mark.parametrize(
    ("key", "facts", "pages", "copies", "total"),
    [
        ("certified_copy", "", 1, 1, 2_000),
        ("certified_copy", "", 2, 1, 4_000),
        ("certified_copy", "", 3, 1, 5_000),
        ("certified_copy", "", 3, 4, 20_000),
        ("certified_copy", "", 198, 1, 200_000),
        ("certified_copy", "", 500, 2, 400_000),
        ("certified_copy", "farm_credit", 500, 2, 0),
        ("extract", "", None, 5, 40_000),
    ],
)
def test_what_pages_and_copies_cost(
    calendar: WorkCalendar, key: str, facts: str, pages: int | None, copies: int, total: int
) -> None:
    assert asked(calendar, key, TUESDAY, facts, pages, copies).total == total


# Who is a digital citizen and files online pays nothing from 15/8/2026 to 28/2/2027 (Resolution 66.22/2026).
WAIVED = [
    ("extract", 8_000),
    ("marital_status", 3_000),
    ("permanent_residence", 10_000),
    ("temporary_residence", 7_000),
]


@pytest.mark.parametrize(("key", "usual"), WAIVED)
@pytest.mark.parametrize(
    ("day", "is_waived"), [("2026-08-14", False), ("2026-08-15", True), ("2027-02-28", True), ("2027-03-01", False)]
)
def test_the_waiver_for_digital_citizens_has_its_days(
    calendar: WorkCalendar, key: str, usual: int, day: str, is_waived: bool
) -> None:
    assert asked(calendar, key, f"{day} 09:00", "online digital_citizen").total == (0 if is_waived else usual)
    for facts in ("online", "digital_citizen"):
        in_person = {"permanent_residence": 20_000, "temporary_residence": 15_000}.get(key, usual)
        expected = usual if facts == "online" else in_person
        assert asked(calendar, key, f"{day} 09:00", facts).total == expected, "only both together"


# Procedure, facts, moment, promised. Friday 1/1/2027 is off; 24/11/2026 was.
LIMITS = [
    ("land_change_info", "", TUESDAY, "2026-12-07 17:00"),
    ("land_change_info", "restriction_of_right", TUESDAY, "2026-12-08 17:00"),
    ("land_change_info", "landslide", TUESDAY, "2026-12-15 17:00"),
    ("land_change_info", "", "2026-11-23 10:00", "2026-11-30 17:00"),
    ("birth", "", TUESDAY, "2026-12-01 17:00"),
    ("birth", "", "2026-12-01 15:00", "2026-12-01 17:00"),
    ("birth", "", "2026-12-01 15:01", "2026-12-02 17:00"),
    ("birth", "", "2026-12-04 15:01", "2026-12-07 17:00"),
    ("birth", "", "2026-12-31 16:00", "2027-01-04 17:00"),
    ("birth", "verification", TUESDAY, "2026-12-08 17:00"),
    ("birth_linked", "", TUESDAY, "2026-12-04 17:00"),
    ("birth_linked", "verification", TUESDAY, "2026-12-08 17:00"),
    ("birth_linked", "", "2026-12-01 15:00", "2026-12-04 17:00"),
    ("birth_linked", "", "2026-12-01 15:01", "2026-12-07 17:00"),
    ("birth_linked", "verification", "2026-12-01 15:01", "2026-12-09 17:00"),
    ("birth_linked", "child_identity_card", TUESDAY, "2026-12-09 17:00"),
    # Taken in for an office elsewhere: its clock starts when it has the dossier, by closing or, after 15:00, next morning.
    ("birth", "other_territory", TUESDAY, "2026-12-02 17:00"),
    ("birth", "other_territory", "2026-12-01 15:01", "2026-12-02 17:00"),
    ("birth", "other_territory verification", TUESDAY, "2026-12-08 17:00"),
    ("birth", "other_territory verification", "2026-12-01 15:01", "2026-12-09 17:00"),
    ("land_change_info", "other_territory", TUESDAY, "2026-12-07 17:00"),
    ("land_change_info", "other_territory", "2026-12-01 16:00", "2026-12-08 17:00"),
    ("land_change_info", "other_territory", "2026-12-05 09:00", "2026-12-11 17:00"),  # a Saturday
    ("marital_status", "other_territory", "2026-12-31 15:30", "2027-01-07 17:00"),
    ("civil_correction", "other_territory supplement_only", TUESDAY, "2026-12-02 17:00"),
    ("copy_from_register", "other_territory", TUESDAY, "2026-12-02 17:00"),
    ("marriage", "other_territory", "2026-12-01 15:30", "2026-12-02 17:00"),
    ("death", "other_territory", TUESDAY, "2026-12-02 17:00"),
    ("household_business", "other_territory", TUESDAY, "2026-12-04 17:00"),
    ("household_business", "other_territory", "2026-12-01 15:01", "2026-12-07 17:00"),
    ("marriage", "", TUESDAY, "2026-12-01 17:00"),
    ("marriage", "verification", TUESDAY, "2026-12-08 17:00"),
    ("marriage", "data_not_found", TUESDAY, "2026-12-04 17:00"),
    ("marital_status", "", TUESDAY, "2026-12-04 17:00"),
    ("death", "", TUESDAY, "2026-12-01 17:00"),
    ("death", "verification", TUESDAY, "2026-12-04 17:00"),
    # The whole is due with the last of its parts: the death within 24 hours, then each agency's own time.
    ("death_linked", "", TUESDAY, "2026-12-03 17:00"),
    ("death_linked", "verification", TUESDAY, "2026-12-07 17:00"),
    ("death_linked", "social_assisted", TUESDAY, "2026-12-07 17:00"),
    ("death_linked", "social_insured", TUESDAY, "2026-12-14 17:00"),
    ("death_linked", "meritorious", TUESDAY, "2026-12-28 17:00"),
    ("death_linked", "meritorious social_insured", TUESDAY, "2026-12-28 17:00"),
    ("extract", "", TUESDAY, "2026-12-01 17:00"),
    ("civil_correction", "", TUESDAY, "2026-12-04 17:00"),
    ("civil_correction", "verification", TUESDAY, "2026-12-09 17:00"),
    ("civil_correction", "supplement_only", TUESDAY, "2026-12-01 17:00"),
    ("certified_copy", "", TUESDAY, "2026-12-01 17:00"),
    ("certified_copy", "", "2026-12-01 15:30", "2026-12-02 17:00"),
    ("certified_copy", "many_pages", TUESDAY, "2026-12-03 17:00"),
    ("signature_cert", "", TUESDAY, "2026-12-01 17:00"),
    ("copy_from_register", "", TUESDAY, "2026-12-01 17:00"),
    ("transaction_cert", "", TUESDAY, "2026-12-03 17:00"),
    ("residence_confirm", "", TUESDAY, "2026-12-01 17:00"),
    ("residence_confirm", "data_not_found", TUESDAY, "2026-12-04 17:00"),
    ("permanent_residence", "", TUESDAY, "2026-12-10 17:00"),
    ("permanent_residence", "", "2026-12-29 10:00", "2027-01-08 17:00"),
    ("temporary_residence", "", TUESDAY, "2026-12-04 17:00"),
    ("household_business", "", TUESDAY, "2026-12-04 17:00"),
]


@pytest.mark.parametrize(("key", "facts", "received", "promised"), LIMITS)
def test_by_when_it_is_promised(calendar: WorkCalendar, key: str, facts: str, received: str, promised: str) -> None:
    due = asked(calendar, key, received, facts).due_at
    assert due.astimezone(HANOI).strftime("%Y-%m-%d %H:%M") == promised


# What is asked of everybody, then what each fact adds (+) or takes away (-). Looked-up papers are brought by nobody.
PAPERS: list[tuple[str, str, str]] = [
    ("land_change_info", "", "land_change_form land_certificate land_change_proof"),
    ("land_change_info", "unit_rearrangement", "land_change_form land_certificate"),
    ("land_change_info", "joint_owners", "land_change_form land_certificate land_change_proof marriage_certificate"),
    ("land_change_info", "represented", "land_change_form land_certificate land_change_proof representation_paper"),
    ("birth", "", "birth_form birth_notice identity_document"),
    ("birth", "no_birth_paper", "birth_form birth_witness identity_document"),
    ("birth", "no_birth_paper no_witness", "birth_form birth_declaration identity_document"),
    ("birth", "abandoned_child", "birth_form abandoned_child_record identity_document"),
    ("birth", "surrogacy", "birth_form birth_notice surrogacy_confirmation identity_document"),
    ("birth", "data_not_found", "birth_form birth_notice identity_document residence_proof"),
    ("birth", "parents_married", "birth_form birth_notice identity_document"),
    (
        "birth",
        "parents_married data_not_found",
        "birth_form birth_notice identity_document residence_proof marriage_certificate",
    ),
    ("birth", "father_recognised", "birth_form birth_notice identity_document parentage_form"),
    ("birth", "one_parent_foreign", "birth_form birth_notice identity_document nationality_agreement"),
    ("birth", "authorised", "birth_form birth_notice identity_document authorisation_letter"),
    ("birth", "late_registration fee_exempt", "birth_form birth_notice identity_document"),
    ("birth", "fee_exempt data_not_found", "birth_form birth_notice identity_document residence_proof"),
    (
        "birth",
        "late_registration fee_exempt data_not_found",
        "birth_form birth_notice identity_document residence_proof fee_exemption_proof",
    ),
    ("birth_linked", "", "birth_linked_form"),
    ("birth_linked", "no_birth_paper", "birth_linked_form birth_witness"),
    ("birth_linked", "one_parent_foreign", "birth_linked_form nationality_agreement"),
    ("marriage", "", "marriage_form identity_document"),
    ("marriage", "data_not_found", "marriage_form identity_document residence_proof"),
    ("marital_status", "", "marital_status_form identity_document"),
    ("marital_status", "married_before", "marital_status_form identity_document"),
    (
        "marital_status",
        "married_before data_not_found",
        "marital_status_form identity_document residence_proof end_of_marriage_paper",
    ),
    ("marital_status", "reissue", "marital_status_form identity_document marital_status_certificate"),
    ("marital_status", "fee_exempt", "marital_status_form identity_document"),
    (
        "marital_status",
        "fee_exempt data_not_found",
        "marital_status_form identity_document residence_proof fee_exemption_proof",
    ),
    ("death", "", "death_form death_notice identity_document"),
    ("death", "authorised", "death_form death_notice identity_document authorisation_letter"),
    ("death", "late_registration fee_exempt", "death_form death_notice identity_document"),
    (
        "death",
        "late_registration fee_exempt data_not_found",
        "death_form death_notice identity_document fee_exemption_proof",
    ),
    ("death_linked", "", "death_linked_form"),
    ("extract", "", "extract_form identity_document"),
    ("extract", "authorised", "extract_form identity_document authorisation_letter"),
    ("extract", "fee_exempt", "extract_form identity_document"),
    ("extract", "fee_exempt data_not_found", "extract_form identity_document fee_exemption_proof"),
    ("civil_correction", "", "civil_correction_form correction_ground identity_document"),
    ("civil_correction", "data_not_found", "civil_correction_form correction_ground identity_document residence_proof"),
    (
        "civil_correction",
        "fee_exempt data_not_found",
        "civil_correction_form correction_ground identity_document residence_proof fee_exemption_proof",
    ),
    (
        "civil_correction",
        "authorised",
        "civil_correction_form correction_ground identity_document authorisation_letter",
    ),
    ("certified_copy", "", "original_document copy_to_certify"),
    ("certified_copy", "in_vneid", "copy_to_certify"),
    ("signature_cert", "", "identity_document document_to_sign"),
    ("copy_from_register", "", "identity_document"),
    ("copy_from_register", "authorised", "identity_document authorisation_letter"),
    ("transaction_cert", "", "contract_draft land_certificate identity_document"),
    ("residence_confirm", "", "residence_form"),
    ("permanent_residence", "", "residence_form"),
    ("permanent_residence", "data_not_found", "residence_form lawful_dwelling_proof"),
    ("temporary_residence", "", "residence_form"),
    ("temporary_residence", "data_not_found", "residence_form lawful_dwelling_proof"),
    ("household_business", "", "business_form"),
    ("household_business", "household_members", "business_form household_authorisation"),
]


@pytest.mark.parametrize(("key", "facts", "papers"), PAPERS)
def test_which_papers_have_to_be_brought(calendar: WorkCalendar, key: str, facts: str, papers: str) -> None:
    brought = [row for row in asked(calendar, key, TUESDAY, facts).papers if row.form_of_copy != "looked_up"]
    assert [row.kind_key for row in brought] == papers.split()


def test_every_procedure_with_rules_stands_in_every_table() -> None:
    keys = {version.procedure.key for version in catalogue_cache.versions_on(date(2026, 12, 1))}
    assert len(keys) == 17
    for table in (FEES, LIMITS, PAPERS):
        assert keys - {"certified_copy"} <= {row[0] for row in table}


def test_every_fact_that_a_rule_names_stands_in_a_table() -> None:
    """A condition that nobody tries on both sides would be a rule nobody has seen work."""
    tried = {(row[0], fact) for table in (FEES, LIMITS, PAPERS) for row in table for fact in str(row[1]).split()}
    tried |= {("certified_copy", "farm_credit"), *((key, "online") for key, _fee in WAIVED)}
    tried |= {(key, "digital_citizen") for key, _fee in WAIVED}
    for version in catalogue_cache.versions_on(date(2026, 12, 1)):
        for fact in facts_asked(version):
            assert (version.procedure.key, fact.key) in tried, f"{version.procedure.key}: {fact.key}"


# The first day of each version, and what was there the day before (None: other law, which is not in this catalogue).
FIRST_DAYS = [
    ("land_change_info", "2025-07-01", None),
    *(
        (key, "2026-01-14", None)
        for key in ("birth", "marriage", "marital_status", "death", "extract", "civil_correction")
    ),
    *(
        (key, "2027-03-01", 1)
        for key in ("birth", "marriage", "marital_status", "death", "extract", "civil_correction")
    ),
    ("certified_copy", "2025-11-01", None),
    ("signature_cert", "2025-11-01", None),
    ("transaction_cert", "2025-11-01", None),
    ("copy_from_register", "2025-07-01", None),
    ("residence_confirm", "2026-07-01", None),
    ("permanent_residence", "2026-07-01", None),
    ("temporary_residence", "2026-07-01", None),
    ("household_business", "2026-07-25", None),
    ("birth_linked", "2026-09-01", None),
    ("death_linked", "2026-09-01", None),
]


@pytest.mark.parametrize(("key", "first", "before"), FIRST_DAYS)
def test_each_version_holds_from_its_first_day_and_not_before(key: str, first: str, before: int | None) -> None:
    day = date.fromisoformat(first)
    found = catalogue_cache.version_in_force(key, day)
    earlier = catalogue_cache.version_in_force(key, day - timedelta(days=1))
    assert found is not None
    assert found.effective_from == day
    assert (earlier.number if earlier else None) == before
