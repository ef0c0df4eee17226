"""The kinds of requirement that count evidence, one module per concept; `pathways.kinds` names them."""

from credentialing.evidence.requirements.cadence import Cadence
from credentialing.evidence.requirements.count import Count
from credentialing.evidence.requirements.credentials import Holding, Reference
from credentialing.evidence.requirements.documents import Document
from credentialing.evidence.requirements.duration import Duration
from credentialing.evidence.requirements.events import Attendance
from credentialing.evidence.requirements.exams import Exam
from credentialing.evidence.requirements.fees import Fee
from credentialing.evidence.requirements.files import file_references
from credentialing.evidence.requirements.observations import Observation
from credentialing.evidence.requirements.reports import Report
from credentialing.evidence.requirements.statements import Agreement, Attestation

__all__ = [
    "Agreement",
    "Attendance",
    "Attestation",
    "Cadence",
    "Count",
    "Document",
    "Duration",
    "Exam",
    "Fee",
    "Holding",
    "Observation",
    "Reference",
    "Report",
    "file_references",
]
