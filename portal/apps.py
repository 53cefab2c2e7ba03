from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from django.forms import Field  # noqa: PLC0415

        from portal import checks  # noqa: F401, PLC0415 - registers the system checks once apps are loaded

        # What is left blank is said in our voice wherever a form has no sentence of its own for it.
        Field.default_error_messages["required"] = _("Please fill this in.")
