"""Tables of the law as data. One file a subject."""

from procedures.models.catalogue import DocumentKind, Field, LifeEvent, Procedure
from procedures.models.days import DayCorrection, NationalDay
from procedures.models.form_rows import FormField
from procedures.models.incentives import Incentive
from procedures.models.questions import Question
from procedures.models.rules import FeeRule, Requirement
from procedures.models.units import Unit, UnitChange
from procedures.models.usual import Usual
from procedures.models.versions import ProcedureVersion

__all__ = [
    "DayCorrection",
    "DocumentKind",
    "FeeRule",
    "Field",
    "FormField",
    "Incentive",
    "LifeEvent",
    "NationalDay",
    "Procedure",
    "ProcedureVersion",
    "Question",
    "Requirement",
    "Unit",
    "UnitChange",
    "Usual",
]
