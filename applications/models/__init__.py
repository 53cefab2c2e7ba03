from applications.models.application import Application, DossierNumber, Party
from applications.models.bank import BankNotice, BankStatement, StatementLine
from applications.models.closing import ChainHead, Closing, ClosingPaper
from applications.models.declaration import Declaration, DeclarationRules, WhyErased
from applications.models.delivery import Dispatch
from applications.models.handling import (
    Absence,
    Consultation,
    Extension,
    FeeLine,
    OutagePass,
    Pause,
    Result,
    ResultCorrection,
    Step,
    SupplementRequest,
    WithdrawalRequest,
)
from applications.models.history import Event, EventValue
from applications.models.legal import LegalNote
from applications.models.letters import LetterTemplate
from applications.models.linked import Part, PartPause
from applications.models.national import Arrival, SyncCheck, SyncDifference, SyncItem, SyncRules, SyncUncompared
from applications.models.originals import Original, OriginalMove, TransferItem, TransferList
from applications.models.papers import BookPrint, Document, IssuedForm, Paper
from applications.models.payments import BankAccount, Payment, PaymentRequest
from applications.models.retention import (
    FileToRemove,
    RetentionLine,
    RetentionList,
    RetentionRecord,
    RetentionRule,
)
from applications.models.rules import AnswerLimit, HandlingRules
from applications.models.scan import CaptureLink, Scan, ScanFile, ScanPage, ScanRules
from applications.models.sealing import ArchiveStamp, RegisterRules, SealingTry, WithdrawalList
from applications.models.showing import Showing
from applications.models.till import ClosedPayment, Countersignature, DayClosing, DayClosingPaper, RefusedCount
from applications.models.virus import VirusCheck, VirusRules
from applications.models.words import SearchWord
from applications.notarisation.keeping import RegisterNote
from applications.notarisation.models import (
    Certification,
    CertificationItem,
    Register,
    RegisterEntry,
    RegisterStrike,
    RegisterValue,
    Signatory,
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
    "Absence",
    "AnswerLimit",
    "Application",
    "ArchiveStamp",
    "Arrival",
    "BankAccount",
    "BankNotice",
    "BankStatement",
    "BookPrint",
    "CaptureLink",
    "Certification",
    "CertificationItem",
    "ChainHead",
    "ClosedPayment",
    "Closing",
    "ClosingPaper",
    "Consultation",
    "Countersignature",
    "DayClosing",
    "DayClosingPaper",
    "Declaration",
    "DeclarationRules",
    "Dispatch",
    "Document",
    "DossierNumber",
    "Event",
    "EventValue",
    "Extension",
    "FeeLine",
    "FileToRemove",
    "HandlingRules",
    "IssuedForm",
    "LegalNote",
    "LetterTemplate",
    "Original",
    "OriginalMove",
    "OutagePass",
    "Paper",
    "Part",
    "PartPause",
    "Party",
    "Pause",
    "Payment",
    "PaymentRequest",
    "RecoveryCode",
    "RefusedCount",
    "Register",
    "RegisterEntry",
    "RegisterNote",
    "RegisterRules",
    "RegisterStrike",
    "RegisterValue",
    "Result",
    "ResultCorrection",
    "RetentionLine",
    "RetentionList",
    "RetentionRecord",
    "RetentionRule",
    "Scan",
    "ScanFile",
    "ScanPage",
    "ScanRules",
    "SealingTry",
    "SearchWord",
    "SecondFactor",
    "Showing",
    "Signatory",
    "SignatureMark",
    "SigningDelegation",
    "SigningDelegationEnd",
    "SigningKey",
    "SigningKeyEnd",
    "SigningRules",
    "StatementLine",
    "Step",
    "SupplementRequest",
    "SyncCheck",
    "SyncDifference",
    "SyncItem",
    "SyncRules",
    "SyncUncompared",
    "TransferItem",
    "TransferList",
    "VirusCheck",
    "VirusRules",
    "WhyErased",
    "WithdrawalList",
    "WithdrawalRequest",
]
