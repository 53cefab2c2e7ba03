"""Structured logs without personal data: known secrets and identity-like numbers never leave the process."""

from __future__ import annotations

import re
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

# Where the next part of an address is a public token, the key to a visit or a dossier. The proxy's log (deploy/Caddyfile)
# leaves out the same ones.
TOKEN_PATHS = (
    "t",
    "verify",
    "kiosk/ticket",
    "book/b",
    "kiosk/appointment",
    "appointments",
    "declare",
    "capture",
    "national/results",
    "desk/documents/file",
    "first-sign-in",
    "support/here",
    "support/certificates",
)
# 12-digit national numbers, 9-digit old ones and phone numbers, however they are glued into a text.
_PERSONAL = re.compile(r"(?<!\d)(?:\+?84|0)?\d{9,12}(?!\d)")
_TOKEN = re.compile(rf"(/(?:{'|'.join(TOKEN_PATHS)})/)[A-Za-z0-9_.-]{{6,}}")


def scrub(text: str) -> str:
    """The text with identity numbers, phone numbers and public tokens blanked."""
    return _TOKEN.sub(r"\1•••", _PERSONAL.sub("•••", text))


def _scrub_event(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """The last step before a line is written: message, values and traceback text, whatever they come from."""
    return {key: _scrub_value(value) for key, value in event.items()}


def _scrub_value(value: Any) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    text = value if isinstance(value, str) else repr(value)
    blanked = scrub(text)
    return value if isinstance(value, int) and blanked == text else blanked


def logging_settings(environment: str) -> dict[str, Any]:
    """Django's LOGGING: one line an event on standard error, JSON in production."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.stdlib.render_to_log_kwargs,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    json = environment == "production"
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if json else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [
                    structlog.processors.add_log_level,
                    structlog.processors.TimeStamper(fmt="iso"),
                    structlog.stdlib.ExtraAdder(),
                ],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    # As text here: the renderers' own tracebacks would show local variables, people's data among them.
                    structlog.processors.format_exc_info,
                    _scrub_event,
                    renderer,
                ],
            }
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        },
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "propagate": False},
            "django.request": {"level": "WARNING" if environment != "test" else "ERROR"},
            "axes": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
            "pikepdf": {"level": "WARNING"},
            "fontTools": {"level": "ERROR"},
            # Whose certificate was looked up where; and each step of a check of somebody's file.
            "pyhanko": {"level": "ERROR"},
            "pyhanko_certvalidator": {"level": "ERROR"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }
