"""What citizens are told about their certified copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _

from applications.enums import State
from applications.messages import DossierNotice
from applications.notarisation.requests import items_of
from portal.text import pick


@dataclass(frozen=True, kw_only=True)
class CopyCertified(DossierNotice):
    """The copy is made; where it was made for a dossier it lies there already, and nothing has to be brought."""

    kind: ClassVar[str] = "copy_certified"

    def subject(self) -> str:
        return _("Certified copy %(code)s is ready") % {"code": self.reference}

    def sentence(self) -> str:
        if self.application.for_application_id is not None:
            return _("Your certified copy %(code)s is ready and has been added to your dossier.") % {
                "code": self.reference
            }
        if self.application.state == State.DONE:  # on paper, to be fetched
            centre = self.application.received_at_centre or self.application.helped_at
            words = {"code": self.reference, "centre": pick(centre.short_name)}
            if self._has_files:
                return (
                    _(
                        "Your certified papers %(code)s are ready. Please collect them at %(centre)s. The electronic ones are here:"
                    )
                    % words
                )
            return _("Your certified papers %(code)s are ready. Please collect them at %(centre)s.") % words
        if self._has_files:
            return _("Your electronic certified copy %(code)s is ready. Get the file here:") % {"code": self.reference}
        return _("Your certified copy %(code)s is ready.") % {"code": self.reference}

    @property
    def _has_files(self) -> bool:
        items = items_of(getattr(self.application, "certification", None))
        return any(item.is_given_as_file for item in items)


@dataclass(frozen=True, kw_only=True)
class CopyStruck(DossierNotice):
    """The entry of the copy was struck through: whoever holds the copy should not use it."""

    kind: ClassVar[str] = "copy_struck"

    def subject(self) -> str:
        return _("Certified copy %(code)s does not count any more") % {"code": self.reference}

    def sentence(self) -> str:
        return _(
            "Certified copy %(code)s was struck through in the register because of a mistake and does not count any more."
            " Please ask at the centre for a new one."
        ) % {"code": self.reference}


class NotCertified(DossierNotice):
    """A document must not be certified: why stands on the page and on the paper that refuses it, not in the message."""

    kind: ClassVar[str] = "not_certified"

    def subject(self) -> str:
        return _("A document of %(code)s cannot be certified") % {"code": self.reference}

    def sentence(self) -> str:
        return _("A document of your request %(code)s cannot be certified. Why is written here:") % {
            "code": self.reference
        }
