"""Read the QR code of a citizen identity card (CCCD) or identity card (căn cước) as typed by a scanner.

Layout: ``number|old number or empty|full name|ddMMyyyy birth|Nam or Nữ|residence|ddMMyyyy issue``; cards since 1/7/2024
(Law on Identification 26/2023/QH15) may add or leave out fields, so fields are found by their shape.

What comes out is what the card *claims*. Anybody can print such a code: it saves typing and proves nothing. Whoever
relies on it compares the card with its holder, or asks the national database.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from portal.vn.card_problems import CardCode, problem
from portal.vn.card_repair import (
    caps_lock_suspected,
    drop_leading_signs,
    foreign_signs,
    restore_separators,
    single_reading,
    split_cards,
    undo_caps_lock,
    undo_mojibake,
)
from portal.vn.dates import age_on
from portal.vn.identity import MAX_AGE, Sex, check_identity
from portal.vn.names import InvalidName, validate_name
from portal.vn.problems import Problem
from portal.vn.spelling import is_syllable_in_place_names, is_unread_telex, is_vietnamese_syllable
from portal.vn.text import has_control, nfc, strip_invisible

MAX_LENGTH = 600
# A card scanned a few times in a row is still looked at; more than that is no scan.
MAX_READ = 4 * MAX_LENGTH
MIN_FIELDS = 6

_SEXES = {"nam": Sex.MALE, "nữ": Sex.FEMALE}
_ENDS = " \t\r\n\0\x02\x03\x04"  # with STX, ETX and EOT, which scanners may be set to send
_NAME_SIGNS = "'’ʼ-."
_RESIDENCE_SIGNS = ",./-–—()'’\"“”&+:;#*"
# Scanners end a reading with Enter or Tab.
_NEXT_SCAN = re.compile(r"[\r\n]+|\t+(?=[0-9]{12}\|)")
_DIGITS = re.compile(r"[0-9]+")
_DATE = re.compile(r"[0-9]{8}")
_NUMBER = re.compile(r"[0-9]{12}")
_VNI_TOKEN = re.compile(r"(?<![^\W_])[^\W\d_](?=[0-9])")


@dataclass
class ParsedCard:
    """What a card claims. Empty fields were not read; ``errors`` mean the reading must not be used as it is.

    ``fields_seen`` counts the fields in the code. Personal fields stay out of ``repr`` and so out of logs.
    """

    number: str = field(default="", repr=False)
    old_number: str = field(default="", repr=False)
    full_name: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)
    sex: Sex | None = field(default=None, repr=False)
    residence: str = field(default="", repr=False)
    issued_on: date | None = field(default=None, repr=False)
    warnings: list[Problem] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)
    fields_seen: int = 0

    @property
    def ok(self) -> bool:
        return not self.errors

    def claims(self) -> tuple[object, ...]:
        """What two readings of one card must agree on."""
        dates = (self.birth_date, self.issued_on)
        return (self.number, self.old_number, self.full_name, self.sex, self.residence, *dates)

    def error(self, code: CardCode, name: str = "", **params: object) -> None:
        self.errors.append(problem(code, name, **params))

    def warn(self, code: CardCode, name: str = "", **params: object) -> None:
        self.warnings.append(problem(code, name, **params))


def parse_card(payload: str, today: date) -> ParsedCard:
    """Read one scan.

    Never raises on bad input: errors and warnings are collected, each with a code, a field and a message.
    """
    if not payload.strip(_ENDS):
        return _refused(CardCode.EMPTY)
    if len(payload) > MAX_READ:
        return _refused(CardCode.TOO_LONG)
    # Invisible marks of Latin-1 (the soft hyphen) may still be half a letter here.
    typed = "".join(char for char in payload if char < "\u0100" or unicodedata.category(char) != "Cf").strip(_ENDS)
    decoded = undo_mojibake(typed)
    repairs = {CardCode.ENCODING_REPAIRED} if decoded != typed else set()
    readings: list[list[str]] = []
    for line in filter(None, (line.strip(_ENDS) for line in _NEXT_SCAN.split(strip_invisible(nfc(decoded))))):
        text, found = _repair_line(line)
        repairs |= found
        if "\ufffd" in text:
            return _refused(CardCode.MISENCODED)
        if has_control(text) or (readings and not _NUMBER.match(text)):
            return _refused(CardCode.CONTROL)
        readings += split_cards(text)
    if not readings:
        return _refused(CardCode.EMPTY)
    card = _one_of([_read(fields, today) for fields in readings])
    card.warnings[:0] = [problem(code) for code in sorted(repairs)]
    return card


def _refused(code: CardCode) -> ParsedCard:
    card = ParsedCard()
    card.error(code)
    return card


def _repair_line(line: str) -> tuple[str, set[CardCode]]:
    """Return the line without what stands before the number, with pipes between fields, and what that took."""
    whole, extra = drop_leading_signs(line)
    once = single_reading(whole)
    piped, separated = restore_separators(once)
    text, extra_after = drop_leading_signs(piped)
    repairs = {
        CardCode.DOUBLED: once != whole,
        CardCode.SEPARATORS_REPAIRED: separated,
        CardCode.EXTRA_SIGNS: extra or extra_after,
    }
    return text, {code for code, done in repairs.items() if done}


def _one_of(cards: list[ParsedCard]) -> ParsedCard:
    """Return the one card that was read, however often it was."""
    if len(cards) == 1:
        return cards[0]
    if len({card.number for card in cards}) > 1:
        return _refused(CardCode.TWO_CARDS)
    whole = [card for card in cards if card.ok]
    if not whole:
        return cards[0]
    if any(card.claims() != whole[0].claims() for card in whole):
        return _refused(CardCode.READINGS_DIFFER)
    whole[0].warn(CardCode.DOUBLED)
    return whole[0]


def _read(fields: list[str], today: date) -> ParsedCard:
    card = ParsedCard(fields_seen=len(fields))
    if sum(map(len, fields)) + len(fields) - 1 > MAX_LENGTH:
        card.error(CardCode.TOO_LONG)
        return card
    if _NUMBER.fullmatch(fields[0]):
        card.number = fields[0]
    if code := _unusable(fields):
        card.error(code, "" if card.number else "number")
        return card
    birth, sex = _find_birth_and_sex(fields)
    before, after = min(birth, sex), max(birth, sex)
    _read_old_number(card, fields[1] if before > 2 else "")
    _read_texts(card, fields[before - 1], fields[sex], fields[after + 1] if after + 1 < len(fields) else "")
    card.birth_date = _read_date(card, fields[birth], "birth_date")
    _read_issue_date(card, fields, after + 2)
    _check_dates(card, today)
    if card.number:
        card.warnings += check_identity(card.number, card.birth_date, card.sex, today)
    return card


def _unusable(fields: list[str]) -> CardCode | None:
    """Why nothing beyond the number can be read, if so."""
    if not any(char.isalnum() for part in fields for char in part):
        return CardCode.NOT_A_CARD
    start = fields[0]
    if _NUMBER.fullmatch(start):
        return CardCode.CUT if len(fields) < MIN_FIELDS else None
    if _DIGITS.fullmatch(start):
        return CardCode.CUT if len(fields) == 1 and len(start) < 12 else CardCode.NUMBER
    if len(fields) < MIN_FIELDS and not _NUMBER.match(start):
        return CardCode.NOT_A_CARD
    return CardCode.KEYBOARD


def _find_birth_and_sex(fields: list[str]) -> tuple[int, int]:
    """Return where birth date and sex stand: side by side, a number and one of two words."""
    pairs = range(2, len(fields) - 1)
    for index in pairs:
        if _DIGITS.fullmatch(fields[index]) and fields[index + 1].lower() in _SEXES:
            return index, index + 1
    for index in pairs:
        if fields[index].lower() in _SEXES and _DIGITS.fullmatch(fields[index + 1]):
            return index + 1, index
    return 3, 4


def _read_old_number(card: ParsedCard, raw: str) -> None:
    if re.fullmatch(r"[0-9]{9}|[0-9]{12}", raw):
        card.old_number = raw
    elif raw:
        card.warn(CardCode.OLD_NUMBER, "old_number")


def _read_texts(card: ParsedCard, name: str, sex: str, residence: str) -> None:
    """Read name, sex and residence, which a keyboard driver damages together."""
    if caps_lock_suspected(name, sex):
        original = undo_caps_lock(name, residence)
        if original is None:
            card.error(CardCode.CAPS_LOCK, "full_name")
            return
        name, residence = original
        card.warn(CardCode.CASE_REPAIRED)
    _read_name(card, name)
    _read_sex(card, sex)
    _read_residence(card, residence)
    words = f"{name} {residence}"
    unread = sum(map(is_unread_telex, re.findall(r"[A-Za-z]+", words)))
    if unread > 1 or (unread and words.isascii()):
        card.error(CardCode.KEYBOARD, "full_name")
    elif words.isascii() and not words.isspace():
        card.warn(CardCode.NO_DIACRITICS, "full_name")


def _read_name(card: ParsedCard, raw: str) -> None:
    if foreign_signs(raw, _NAME_SIGNS):
        card.error(CardCode.MISENCODED, "full_name")
    elif any(char.isdigit() for char in raw):
        card.error(CardCode.KEYBOARD, "full_name")
    else:
        try:
            card.full_name = validate_name(raw)
        except InvalidName:
            card.error(CardCode.NAME, "full_name")
            return
        if not all(is_vietnamese_syllable(word) and _is_usual_case(word) for word in card.full_name.split()):
            card.warn(CardCode.UNUSUAL_NAME, "full_name")


def _is_usual_case(word: str) -> bool:
    return word.istitle() or word.isupper() or word.islower()


def _read_sex(card: ParsedCard, raw: str) -> None:
    card.sex = _SEXES.get(raw.lower())
    if card.sex is None:
        card.error(CardCode.KEYBOARD if raw.lower().startswith("n") else CardCode.SEX, "sex")


def _read_residence(card: ParsedCard, raw: str) -> None:
    if foreign_signs(raw, _RESIDENCE_SIGNS):
        card.error(CardCode.MISENCODED, "residence")
        return
    card.residence = " ".join(raw.split())
    if not card.residence:
        card.warn(CardCode.NO_RESIDENCE, "residence")
    elif _looks_retyped(card.residence):
        card.warn(CardCode.UNUSUAL_RESIDENCE, "residence")


def _looks_retyped(residence: str) -> bool:
    """Whether an input method seems to have made letters of an abbreviation or a foreign word: "Á2", "Toưer"."""
    words = re.findall(r"[^\W\d_]+", residence)
    return any(not letter.isascii() for letter in _VNI_TOKEN.findall(residence)) or any(
        not word.isascii() and not is_syllable_in_place_names(word) for word in words
    )


def _read_issue_date(card: ParsedCard, fields: list[str], first: int) -> None:
    """Read the date of issue: the first field of digits from ``first`` on, or else where the plain layout has it."""
    rest = fields[first:]
    found = next((part for part in rest if _DIGITS.fullmatch(part)), None)
    if found is not None:
        card.issued_on = _read_date(card, found, "issued_on")
    elif not any(rest):
        # An address that ends the code may be half an address.
        card.error(CardCode.CUT, "issued_on" if rest else "residence")
    elif rest and any(char.isdigit() for char in rest[0]):
        card.error(CardCode.DATE, "issued_on")
    else:
        card.warn(CardCode.NO_ISSUE_DATE, "issued_on")


def _read_date(card: ParsedCard, raw: str, name: str) -> date | None:
    if _DIGITS.fullmatch(raw) and len(raw) < 8:
        card.error(CardCode.CUT, name)
        return None
    try:
        if not _DATE.fullmatch(raw):
            raise ValueError
        return date(int(raw[4:]), int(raw[2:4]), int(raw[:2]))
    except ValueError:
        card.error(CardCode.DATE, name)
        return None


def _check_dates(card: ParsedCard, today: date) -> None:
    """Refuse what cannot be: the future, a card before its holder, an age nobody reaches."""
    birth, issued = card.birth_date, card.issued_on
    if birth and birth > today:
        card.error(CardCode.BIRTH_IN_FUTURE, "birth_date")
    elif birth and age_on(birth, today) > MAX_AGE:
        card.error(CardCode.TOO_OLD, "birth_date", max=MAX_AGE)
    if issued and issued > today:
        card.error(CardCode.ISSUED_IN_FUTURE, "issued_on")
    if birth and issued and birth >= issued:
        card.error(CardCode.ISSUED_BEFORE_BIRTH, "issued_on")
