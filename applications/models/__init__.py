from applications.models.application import Application, DossierNumber, Party
from applications.models.handling import FeeLine, Result, Step, SupplementRequest
from applications.models.history import Event, EventValue
from applications.models.papers import Document, IssuedForm, Paper
from applications.notarisation.models import (
    Certification,
    CertificationItem,
    Register,
    RegisterEntry,
    RegisterStrike,
    RegisterValue,
    SignatureMark,
)

__all__ = [
    "Application",
    "Certification",
    "CertificationItem",
    "Document",
    "DossierNumber",
    "Event",
    "EventValue",
    "FeeLine",
    "IssuedForm",
    "Paper",
    "Party",
    "Register",
    "RegisterEntry",
    "RegisterStrike",
    "RegisterValue",
    "Result",
    "SignatureMark",
    "Step",
    "SupplementRequest",
]
