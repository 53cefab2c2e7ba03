from applications.models.application import Application, DossierNumber, Party
from applications.models.closing import ChainHead, Closing, ClosingPaper
from applications.models.declaration import Declaration, DeclarationRules, WhyErased
from applications.models.handling import FeeLine, Pause, Result, Step, SupplementRequest
from applications.models.history import Event, EventValue
from applications.models.national import Arrival, SyncCheck, SyncDifference, SyncItem, SyncRules
from applications.models.papers import Document, IssuedForm, Paper
from applications.models.scan import CaptureLink, Scan, ScanFile, ScanPage, ScanRules
from applications.models.sealing import ArchiveStamp, RegisterRules, SealingTry, WithdrawalList
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
from applications.notarisation.second_factor import RecoveryCode, SecondFactor
from applications.notarisation.signers import (
    SigningDelegation,
    SigningDelegationEnd,
    SigningKey,
    SigningKeyEnd,
    SigningRules,
)

__all__ = [
    "Application",
    "ArchiveStamp",
    "Arrival",
    "CaptureLink",
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
    "RecoveryCode",
    "Register",
    "RegisterEntry",
    "RegisterNote",
    "RegisterRules",
    "RegisterStrike",
    "RegisterValue",
    "Result",
    "Scan",
    "ScanFile",
    "ScanPage",
    "ScanRules",
    "SealingTry",
    "SecondFactor",
    "SignatureMark",
    "SigningDelegation",
    "SigningDelegationEnd",
    "SigningKey",
    "SigningKeyEnd",
    "SigningRules",
    "Step",
    "SupplementRequest",
    "SyncCheck",
    "SyncDifference",
    "SyncItem",
    "SyncRules",
    "WhyErased",
    "WithdrawalList",
]
