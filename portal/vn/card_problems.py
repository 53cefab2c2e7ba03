"""What can be wrong with a scanned card, and the sentence the officer reads."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from portal.vn.problems import Problem


class CardCode(StrEnum):
    """Codes of errors and, in the second group, of warnings."""

    EMPTY = "card_empty"
    NOT_A_CARD = "card_not_a_card"
    TOO_LONG = "card_too_long"
    CUT = "card_cut"
    TWO_CARDS = "card_two_cards"
    READINGS_DIFFER = "card_readings_differ"
    CONTROL = "card_control_characters"
    MISENCODED = "card_misencoded"
    KEYBOARD = "card_keyboard"
    CAPS_LOCK = "card_caps_lock"
    NUMBER = "card_number"
    NAME = "card_name"
    SEX = "card_sex"
    DATE = "card_date"
    BIRTH_IN_FUTURE = "card_birth_in_future"
    ISSUED_IN_FUTURE = "card_issued_in_future"
    ISSUED_BEFORE_BIRTH = "card_issued_before_birth"
    TOO_OLD = "card_too_old"

    DOUBLED = "card_doubled"
    ENCODING_REPAIRED = "card_encoding_repaired"
    SEPARATORS_REPAIRED = "card_separators_repaired"
    CASE_REPAIRED = "card_case_repaired"
    EXTRA_SIGNS = "card_extra_signs"
    NO_ISSUE_DATE = "card_no_issue_date"
    NO_RESIDENCE = "card_no_residence"
    OLD_NUMBER = "card_old_number"
    UNUSUAL_NAME = "card_unusual_name"
    UNUSUAL_RESIDENCE = "card_unusual_residence"
    NO_DIACRITICS = "card_no_diacritics"


_MESSAGES = {
    CardCode.EMPTY: _("Nothing was read. Please scan the card again."),
    CardCode.NOT_A_CARD: _("This is not the code of an identity card. Please scan the QR code on the card's front."),
    CardCode.TOO_LONG: _("Much more was read than a card holds. Please clear the field and scan the card once."),
    CardCode.CUT: _("The card was read only in part. Please clear the field and scan again, or type the number."),
    CardCode.TWO_CARDS: _("Two different cards were read together. Please clear the field and scan one card."),
    CardCode.READINGS_DIFFER: _(
        "The card was read twice with different results. Please clear the field and scan once."
    ),
    CardCode.CONTROL: _(
        "The reading contains control characters. Please clear the field and scan again, or type the number."
    ),
    CardCode.MISENCODED: _(
        "The letters of the card arrived damaged. Please switch the keyboard to English (EN) and scan again, "
        "or type the number."
    ),
    CardCode.KEYBOARD: _(
        "The Vietnamese keyboard changed what the scanner typed. Please switch the keyboard to English (EN) and "
        "scan again, or type the number."
    ),
    CardCode.CAPS_LOCK: _("Caps Lock seems to be on. Please switch it off and scan again, or type the number."),
    CardCode.NUMBER: _("The identity number read does not have 12 digits. Please scan again, or type the number."),
    CardCode.NAME: _("The name could not be read. Please scan again, or type the name as on the card."),
    CardCode.SEX: _("The sex could not be read. Please scan again, or choose it as on the card."),
    CardCode.DATE: _("This date on the card could not be read. Please scan again, or type it."),
    CardCode.BIRTH_IN_FUTURE: _("The birth date read lies in the future. Please compare it with the card."),
    CardCode.ISSUED_IN_FUTURE: _(
        "The date of issue read lies in the future. Please compare it with the card and check this computer's date."
    ),
    CardCode.ISSUED_BEFORE_BIRTH: _("The date of issue is not after the birth date. Please compare with the card."),
    CardCode.TOO_OLD: _("The birth date read gives an age above %(max)d years. Please compare it with the card."),
    CardCode.DOUBLED: _("The card was read more than once. It counts as one reading."),
    CardCode.ENCODING_REPAIRED: _(
        "The scanner's letters arrived in a wrong encoding and were put right. Please compare the name and address "
        "with the card, and switch the keyboard to English (EN)."
    ),
    CardCode.SEPARATORS_REPAIRED: _(
        "The signs between the fields were missing or changed and were put right. Please compare with the card."
    ),
    CardCode.CASE_REPAIRED: _("Caps Lock was on; capital and small letters were put right. Please switch it off."),
    CardCode.EXTRA_SIGNS: _("Signs before the card's data were left out."),
    CardCode.NO_ISSUE_DATE: _("No date of issue was read. Please compare the end of the address with the card."),
    CardCode.NO_RESIDENCE: _("No place of residence was read. Please type it as on the card or in VNeID."),
    CardCode.OLD_NUMBER: _("The old identity card number could not be read and was left out."),
    CardCode.UNUSUAL_NAME: _("The name has an unusual spelling. Please compare it with the card letter by letter."),
    CardCode.UNUSUAL_RESIDENCE: _("The address has an unusual spelling. Please compare it with the card."),
    CardCode.NO_DIACRITICS: _("The name and address came without diacritics. Please compare them with the card."),
}


def problem(code: CardCode, field: str = "", **params: object) -> Problem:
    """Return the problem with its sentence; ``field`` is a field of ParsedCard, empty for the whole reading."""
    return Problem(code, _MESSAGES[code], field, params)
