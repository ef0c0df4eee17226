"""The kinds of requirement that count evidence, one module per concept; `pathways.kinds` names them."""

from credentialing.evidence.requirements.events import Attendance, Observation
from credentialing.evidence.requirements.files import file_references
from credentialing.evidence.requirements.log import Cadence, Count, Duration
from credentialing.evidence.requirements.statements import Agreement, Attestation, Fee, Report

__all__ = [
    "Agreement",
    "Attendance",
    "Attestation",
    "Cadence",
    "Count",
    "Duration",
    "Fee",
    "Observation",
    "Report",
    "file_references",
]
