"""Kinds and states of what a centre works with."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from support.enums import Kind


class EquipmentKind(models.TextChoices):
    KIOSK = "kiosk", _("kiosk")
    BOARD = "board", _("board")
    PRINTER = "printer", _("printer")
    SCANNER = "scanner", _("scanner or card reader")
    TABLET = "tablet", _("tablet")
    COMPUTER = "computer", _("computer")
    LINE = "line", _("line to the network")
    OTHER = "other", _("something else")


# What is reported where one of these does not work.
FAULT_KIND = {
    EquipmentKind.KIOSK: Kind.KIOSK,
    EquipmentKind.BOARD: Kind.BOARD,
    EquipmentKind.PRINTER: Kind.PRINTER,
    EquipmentKind.SCANNER: Kind.SCANNER,
    EquipmentKind.LINE: Kind.NETWORK,
}
# Those that run a page of the portal and say by themselves that they are there.
RUNS_OUR_PAGES = [EquipmentKind.KIOSK, EquipmentKind.BOARD]


class EquipmentState(models.TextChoices):
    IN_USE = "in_use", _("in use")
    SPARE = "spare", _("spare")
    IN_REPAIR = "in_repair", _("in repair")
    LOST = "lost", _("lost")
    DISCARDED = "discarded", _("discarded")


# What the centre has, wherever it is at the moment.
OWNED = [EquipmentState.IN_USE, EquipmentState.SPARE, EquipmentState.IN_REPAIR]
# What belongs to a counter: a thing that is being repaired comes back to it.
AT_COUNTER = [EquipmentState.IN_USE, EquipmentState.IN_REPAIR]
# As ``includes/state.html`` shows it.
EQUIPMENT_STATE_KIND = {
    EquipmentState.IN_USE: "ok",
    EquipmentState.SPARE: "info",
    EquipmentState.IN_REPAIR: "warn",
    EquipmentState.LOST: "act",
    EquipmentState.DISCARDED: "",
}


class EquipmentEventKind(models.TextChoices):
    ADDED = "added", _("Added to the inventory")
    CHANGED = "changed", _("Written anew")
    IN_USE = "in_use", _("Put in use")
    SPARE = "spare", _("Kept as a spare")
    IN_REPAIR = "in_repair", _("Sent to be repaired")
    LOST = "lost", _("Lost")
    DISCARDED = "discarded", _("Discarded")
    HANDED_ON = "handed", _("Handed to a colleague")
    OTHER_CENTRE = "centre", _("Given to another centre")
    NOTE = "note", _("Note")


class PrintState(models.TextChoices):
    """Where a paper is that another counter prints."""

    ASKED = "asked", _("waits to be printed")
    PRINTED = "printed", _("printed")
    TAKEN_BACK = "taken_back", _("not needed any more")
