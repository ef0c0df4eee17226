"""Evidence, by concept: log, supervision, events, evaluations, agreements, statements, credentials, fees, files."""

from credentialing.evidence.models.agreements import AgreementSignature, Attestation, SupervisorReport
from credentialing.evidence.models.credentials import ExamResult, Qualification, Reference
from credentialing.evidence.models.earlier_links import EarlierLink
from credentialing.evidence.models.events import Attendance, Event
from credentialing.evidence.models.fees import FeePayment
from credentialing.evidence.models.files import EvidenceFile
from credentialing.evidence.models.log import LogEntry, SupervisionSession
from credentialing.evidence.models.observations import Observation, Rating

__all__ = [
    "AgreementSignature",
    "Attendance",
    "Attestation",
    "EarlierLink",
    "Event",
    "EvidenceFile",
    "ExamResult",
    "FeePayment",
    "LogEntry",
    "Observation",
    "Qualification",
    "Rating",
    "Reference",
    "SupervisionSession",
    "SupervisorReport",
]
