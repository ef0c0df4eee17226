"""Evidence, by concept: the log, supervision, events, evaluations, agreements and statements, fees, files."""

from credentialing.evidence.models.agreements import AgreementSignature, Attestation, SupervisorReport
from credentialing.evidence.models.events import Attendance, Event
from credentialing.evidence.models.fees import FeePayment
from credentialing.evidence.models.files import EvidenceFile
from credentialing.evidence.models.log import LogEntry, SupervisionSession
from credentialing.evidence.models.observations import Observation, Rating

__all__ = [
    "AgreementSignature",
    "Attendance",
    "Attestation",
    "Event",
    "EvidenceFile",
    "FeePayment",
    "LogEntry",
    "Observation",
    "Rating",
    "SupervisionSession",
    "SupervisorReport",
]
