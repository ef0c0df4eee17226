"""Forms of the editor."""

from credentialing.drafting.forms.acts import (
    BeginForm,
    MoveForm,
    NewRequirementForm,
    NewStageForm,
    ProposalForm,
    TextForm,
    UploadForm,
)
from credentialing.drafting.forms.parts import GeneralForm, PartForm, RequirementForm, StageForm

__all__ = [
    "BeginForm",
    "GeneralForm",
    "MoveForm",
    "NewRequirementForm",
    "NewStageForm",
    "PartForm",
    "ProposalForm",
    "RequirementForm",
    "StageForm",
    "TextForm",
    "UploadForm",
]
