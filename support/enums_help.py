"""Who asks for somebody in the hall, how urgent it is, and what becomes of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class HelpSource(models.TextChoices):
    KIOSK = "kiosk", _("at the kiosk")
    TICKET = "ticket", _("on the phone")
    POINT = "point", _("at a seat")
    DESK = "desk", _("at a counter")


class HelpState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    COMING = "coming", _("somebody is on the way")
    HERE = "here", _("somebody is there")
    DONE = "done", pgettext_lazy("help", "done")
    NOBODY = "nobody", _("nobody was there")
    CANCELLED = "cancelled", _("taken back")
    LAPSED = "lapsed", _("nobody came")


HELP_OPEN = [HelpState.WAITING, HelpState.COMING, HelpState.HERE]
# A helper is out for one of these, and for one at a time.
HELP_OUT = [HelpState.COMING, HelpState.HERE]
# Who asked may still take it back.
HELP_NOT_THERE = [HelpState.WAITING, HelpState.COMING]


class Urgency(models.IntegerChoices):
    """Who is helped first, smaller first."""

    OLD_AND_ALONE = 0, _("old and alone")
    OLD = 1, _("75 years or over")
    NEEDS = 2, _("alone, or priority by law")
    ORDINARY = 3, _("in turn")


class Ring(models.IntegerChoices):
    """Who is told. What nobody answers goes on to the next."""

    FREE = 0, _("free helpers")
    ALL = 1, _("all helpers")
    MANAGERS = 2, _("the managers")


class HelpEventKind(models.TextChoices):
    ASKED = "asked", _("Asked for")
    TOLD_MORE = "told_more", _("More was said")
    RUNG = "rung", _("Helpers were told")
    ACCEPTED = "accepted", _("Somebody goes")
    GIVEN_BACK = "given_back", _("Given back")
    ARRIVED = "arrived", _("Arrived")
    DONE = "done", pgettext_lazy("help", "Done")
    NOBODY = "nobody", _("Nobody was there")
    CANCELLED = "cancelled", _("Taken back")
    LAPSED = "lapsed", _("Nobody came")
