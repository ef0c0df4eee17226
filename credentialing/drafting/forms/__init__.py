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
from credentialing.drafting.forms.beside import (
    BodyForm,
    OfficesForm,
    QuestionForm,
    RubricForm,
    StatementsForm,
    TableForm,
    VariationForm,
)
from credentialing.drafting.forms.parts import GeneralForm, PartForm, RequirementForm, StageForm

__all__ = [
    "BeginForm",
    "BodyForm",
    "GeneralForm",
    "MoveForm",
    "NewRequirementForm",
    "NewStageForm",
    "OfficesForm",
    "PartForm",
    "ProposalForm",
    "QuestionForm",
    "RequirementForm",
    "RubricForm",
    "StageForm",
    "StatementsForm",
    "TableForm",
    "TextForm",
    "UploadForm",
    "VariationForm",
]
