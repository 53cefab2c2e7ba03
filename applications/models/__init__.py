from applications.models.application import Application, DossierNumber, Party
from applications.models.closing import ChainHead, Closing, ClosingPaper
from applications.models.declaration import Declaration, DeclarationRules, WhyErased
from applications.models.handling import FeeLine, Pause, Result, Step, SupplementRequest
from applications.models.history import Event, EventValue
from applications.models.national import Arrival, SyncCheck, SyncDifference, SyncItem, SyncRules
from applications.models.papers import Document, IssuedForm, Paper
from applications.notarisation.keeping import RegisterNote
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
    "Arrival",
    "Certification",
    "CertificationItem",
    "ChainHead",
    "Closing",
    "ClosingPaper",
    "Declaration",
    "DeclarationRules",
    "Document",
    "DossierNumber",
    "Event",
    "EventValue",
    "FeeLine",
    "IssuedForm",
    "Paper",
    "Party",
    "Pause",
    "Register",
    "RegisterEntry",
    "RegisterNote",
    "RegisterStrike",
    "RegisterValue",
    "Result",
    "SignatureMark",
    "Step",
    "SupplementRequest",
    "SyncCheck",
    "SyncDifference",
    "SyncItem",
    "SyncRules",
    "WhyErased",
]
