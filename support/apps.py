from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupportConfig(AppConfig):
    name = "support"
    verbose_name = _("support")

    def ready(self) -> None:
        from support import failed_jobs  # noqa: PLC0415 - models must be loaded first

        failed_jobs.listen()
