"""What the columns of a register's page are called: kinds name other people, and count other things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.notarisation.enums import RegisterKind


@dataclass(frozen=True)
class Columns:
    """Whom a line names, what they are about, and what is counted."""

    who: Any
    what: Any
    count: Any
    with_languages: bool = False


ON_SCREEN: dict[str, Columns] = {
    RegisterKind.COPIES: Columns(_("Asked for by"), _("Paper"), _("Copies")),
    RegisterKind.SIGNATURES: Columns(
        _("Asked for and signed by"), _("Paper"), pgettext_lazy("how many papers were signed", "Papers")
    ),
    RegisterKind.TRANSLATORS: Columns(_("Translator"), _("Translated paper"), _("Translations"), with_languages=True),
    RegisterKind.CONTRACTS: Columns(_("Parties"), _("Contract"), _("Copies")),
}
