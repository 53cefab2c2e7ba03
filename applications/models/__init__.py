from applications.models.application import Application, DossierNumber, Party
from applications.models.closing import ChainHead, Closing, ClosingPaper
from applications.models.declaration import Declaration, DeclarationRules, WhyErased
from applications.models.handling import (
    Absence,
    Consultation,
    Extension,
    FeeLine,
    Pause,
    Result,
    ResultCorrection,
    Step,
    SupplementRequest,
    WithdrawalRequest,
)
from applications.models.history import Event, EventValue
from applications.models.papers import BookPrint, Document, IssuedForm, Paper
from applications.models.payments import BankAccount, Payment
from applications.models.rules import AnswerLimit, HandlingRules
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
    "Absence",
    "AnswerLimit",
    "Application",
    "BankAccount",
    "BookPrint",
    "Certification",
    "CertificationItem",
    "ChainHead",
    "Closing",
    "ClosingPaper",
    "Consultation",
    "Declaration",
    "DeclarationRules",
    "Document",
    "DossierNumber",
    "Event",
    "EventValue",
    "Extension",
    "FeeLine",
    "HandlingRules",
    "IssuedForm",
    "Paper",
    "Party",
    "Pause",
    "Payment",
    "Register",
    "RegisterEntry",
    "RegisterNote",
    "RegisterStrike",
    "RegisterValue",
    "Result",
    "ResultCorrection",
    "SignatureMark",
    "Step",
    "SupplementRequest",
    "WhyErased",
    "WithdrawalRequest",
]
