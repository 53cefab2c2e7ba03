"""Find or make the person who stands at the counter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db.models import CharField
from django.utils.translation import gettext_lazy as _

from citizens.enums import IdentitySource, Sex
from citizens.models import Citizen, User
from portal.clock import local_day
from portal.errors import BadInput
from portal.prepared import Given, Prepared
from portal.vn.dates import PartialDate
from portal.vn.identity import check_identity, parse_identity_number
from portal.vn.names import sort_key, validate_name
from portal.vn.phones import parse_phone
from portal.vn.problems import InvalidValue, Problem
from portal.vn.text import clean_line, fold

NAME_DIFFERS = Problem(
    "name_differs",
    _("The name on record is another one. Please compare the card with the record before you go on."),
    "full_name",
)
BIRTH_DIFFERS = Problem(
    "birth_differs",
    _("The date of birth on record is another one. Please compare the card with the record before you go on."),
    "birth_text",
)
OLD_NUMBER = Problem(
    "old_number",
    _("This number is of an earlier record of the same person. Their record has another number now."),
    "number",
)
SEX_DIFFERS = Problem("sex_differs", _("The sex on record is another one. Please compare with the card."), "sex")

# Differences that may mean another person.
IN_DOUBT = frozenset({NAME_DIFFERS.code, BIRTH_DIFFERS.code})

_BY_NUMBER = Prepared(lambda: Citizen.objects.filter(identity_number=Given("number", CharField())))
_KEPT = ("full_name", "birth_text", "birth_date", "sex", "card_address", "phone", "email", "identity_source")


@dataclass(frozen=True)
class Identified:
    """The person's record, and what the officer should look at. ``is_new``: nobody had this number before."""

    citizen: Citizen
    is_new: bool
    warnings: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Given:
    """What was typed or read, tidied; an empty text says nothing."""

    full_name: str
    birth_text: str
    sex: str
    card_address: str
    phone: str
    email: str

    @property
    def birth(self) -> PartialDate | None:
        return PartialDate.parse(self.birth_text) if self.birth_text else None


def identify(
    *,
    number: str,
    full_name: str | None = None,
    birth_text: str = "",
    sex: str | None = "",
    card_address: str = "",
    phone: str = "",
    email: str = "",
    source: str = IdentitySource.TYPED,
    is_same_person: bool = False,
    at: datetime,
    acting_user: User | None,
) -> Identified:
    """The citizen with this identity number, found or made; whoever reads it here writes a Look of their own.

    A record keeps what it has: an empty value changes nothing, and a name, birth date or sex that differs is a warning
    for the officer, not a change, since a card's QR is a claim and a typed name may be wrong (facts §4). Phone, e-mail
    and the card's address are as given last, but of somebody with another name or birth date nothing is taken over unless
    ``is_same_person`` says that the officer has compared: the number may be another one's. ``birth_text`` may be partial. Two statements at most for a known person,
    three for a new one, and one write in either case, so no transaction of its own; two officers at the same instant
    get the same record.

    Nobody acts where VNeID names the person. Raises ``BadInput``, naming the field.
    """
    identity = _parsed("number", parse_identity_number, number)
    given = _Given(
        full_name=_parsed("full_name", validate_name, full_name or ""),
        birth_text=_parsed("birth_text", lambda raw: PartialDate.parse(raw).format(), birth_text),
        sex=_checked_sex(sex or ""),
        card_address=_parsed("card_address", lambda raw: clean_line(raw, 300), card_address),
        phone=_parsed("phone", parse_phone, phone),
        email=_checked_email(email),
    )
    known = _BY_NUMBER.first(number=identity.number)
    is_new = known is None
    citizen = _inserted(identity.number, given, source) if known is None else known.current
    warnings = [] if is_new else _differences(citizen, given, source)
    if known is not None and known != citizen:
        warnings.append(OLD_NUMBER)
    if source == IdentitySource.TYPED:  # a card's own reading has said these already
        warnings += check_identity(identity, given.birth, given.sex or None, local_day(at))
    in_doubt = not is_same_person and any(warning.code in IN_DOUBT for warning in warnings)
    if not in_doubt and (changed := _fill(citizen, given, source)):
        citizen.save(update_fields=changed)
    return Identified(citizen, is_new, warnings)


def find_by_number(number: str) -> Citizen | None:
    """The record that counts for whoever has, or had, this number of twelve digits."""
    known = _BY_NUMBER.first(number=number)
    return known.current if known is not None else None


def _parsed(name: str, parse, raw: str):
    """The value as it is kept; an empty one stays empty, but for the number."""
    if not raw.strip() and name != "number":
        return ""
    try:
        return parse(raw)
    except InvalidValue as error:
        raise BadInput(error.problem, code=error.code, field=name) from error


def _checked_sex(sex: str) -> str:
    if sex and sex not in Sex.values:
        raise BadInput(_("Please choose male or female, as on the card."), code="sex_unknown", field="sex")
    return sex


def _checked_email(raw: str) -> str:
    email = raw.strip()
    if not email:
        return ""
    try:
        validate_email(email)
        MaxLengthValidator(254)(email)
    except ValidationError as error:
        raise BadInput(
            _("This is not an e-mail address. Please check it, for example ten@example.vn."),
            code="email_invalid",
            field="email",
        ) from error
    return email


def _inserted(number: str, given: _Given, source: str) -> Citizen:
    """The record just made, or that of somebody who made it at the same moment."""
    if not given.full_name:
        raise BadInput(
            _("This person is not known here yet. Please type the full name as on the card."),
            code="name_needed",
            field="full_name",
        )
    citizen = Citizen(
        identity_number=number,
        full_name=given.full_name,
        birth_text=given.birth_text,
        birth_date=given.birth.as_date() if given.birth else None,
        sex=given.sex,
        card_address=given.card_address,
        phone=given.phone,
        email=given.email,
        identity_source=source,
    )
    citizen.fill_search_names()
    Citizen.objects.bulk_create([citizen], ignore_conflicts=True)
    return _BY_NUMBER.all(number=number)[0]


def _differences(citizen: Citizen, given: _Given, source: str) -> list[Problem]:
    warnings = []
    if given.full_name and not _same_name(citizen.full_name, given.full_name):
        spelling_only = fold(citizen.full_name) == fold(given.full_name)
        if not (spelling_only and source == IdentitySource.CARD):
            warnings.append(NAME_DIFFERS)
    if given.birth and citizen.birth_text and not _agree(PartialDate.parse(citizen.birth_text), given.birth):
        warnings.append(BIRTH_DIFFERS)
    if given.sex and citizen.sex and given.sex != citizen.sex:
        warnings.append(SEX_DIFFERS)
    return warnings


def _fill(citizen: Citizen, given: _Given, source: str) -> list[str]:
    """Put in what the record lacks, and what is true as given last; returns the names of the fields changed."""
    before = {name: getattr(citizen, name) for name in _KEPT}
    from_card = source == IdentitySource.CARD
    if from_card and given.full_name and fold(given.full_name) == fold(citizen.full_name):
        citizen.full_name = given.full_name  # the card knows the marks
    if given.birth and _is_finer(given.birth, citizen.birth_text):
        citizen.birth_text, citizen.birth_date = given.birth_text, given.birth.as_date()
    citizen.sex = citizen.sex or given.sex
    citizen.card_address = given.card_address or citizen.card_address
    citizen.phone = given.phone or citizen.phone
    citizen.email = given.email or citizen.email
    if from_card:
        citizen.identity_source = IdentitySource.CARD
    return [name for name, value in before.items() if getattr(citizen, name) != value]


def _same_name(one: str, other: str) -> bool:
    """ "Hoà" and "Hòa" are one spelling, and capitals do not count."""
    return one.casefold() == other.casefold() or sort_key(one) == sort_key(other)


def _agree(one: PartialDate, other: PartialDate) -> bool:
    """Whether both can be the same day: what only one of them knows is no contradiction."""
    parts = ((one.year, other.year), (one.month, other.month), (one.day, other.day))
    return all(mine is None or theirs is None or mine == theirs for mine, theirs in parts)


def _is_finer(given: PartialDate, known_text: str) -> bool:
    """Whether the given date says the same as the record and more."""
    if not known_text:
        return True
    known = PartialDate.parse(known_text)
    return _agree(known, given) and len(given.format()) > len(known.format())
