"""The case, its supervision, its progress."""

from credentialing.applications.models.application import ENDED, PAUSED, Application, new_reference
from credentialing.applications.models.endorsements import StageEndorsement, StageEndorsementQuerySet
from credentialing.applications.models.overrides import Override, OverrideQuerySet
from credentialing.applications.models.progress import AwaitedAct, RequirementProgress
from credentialing.applications.models.supervision import Supervision, SupervisionQuerySet

__all__ = [
    "ENDED",
    "PAUSED",
    "Application",
    "AwaitedAct",
    "Override",
    "OverrideQuerySet",
    "RequirementProgress",
    "StageEndorsement",
    "StageEndorsementQuerySet",
    "Supervision",
    "SupervisionQuerySet",
    "new_reference",
]
