from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Messages out")

    def ready(self) -> None:
        from notifications import checks  # noqa: F401, PLC0415 - registers the system checks once apps are loaded
