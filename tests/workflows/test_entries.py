"""Entries read fast say the same as entries read as models: the same bytes, whatever stands in them."""

import uuid
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from credentialing.audit.models import AuditEvent
from tests.workflows.factories import ActorFactory, loan_for
from workflows.canonical import canonical
from workflows.models import TreeLeaf
from workflows.sequencer import sequence_entries
from workflows.services import perform
from workflows.verification.entries import canonical_text, entry_models, readers

# Whatever JSON can hold; integers as far as RFC 8785 takes them, no surrogate on its own.
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner))


@given(VALUES)
def test_stored_json_is_written_as_rfc_8785_says(value):
    import json

    for stored in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
        assert canonical_text(stored).encode() == rfc8785.dumps(value)


@pytest.mark.django_db
@pytest.mark.parametrize("at", [datetime(2026, 3, 8, 12, tzinfo=UTC), datetime(2026, 3, 8, 12, 0, 0, 70, tzinfo=UTC)])
def test_fast_reading_and_the_models_agree(at):
    actor = ActorFactory()
    loan = loan_for(actor, "clerk", note="ü")
    perform(loan, "lend", actor=actor, reason="Größe \U0001f4da", now=at)
    for details in ({}, {"a": [1, 1.5, '\u2028\x7f\x01"\\'], "é": {"\U0001f4da": 1, "\ufb33": 2}}, {"n": 10**15}):
        AuditEvent.objects.create(
            event="x:y:z", actor=None, subject_kind="loan", subject_id=uuid.uuid4(), details=details, recorded_at=at
        )
    AuditEvent.objects.create(event="x:y:z", actor=actor, subject_kind="loan", subject_id=loan.uuid)
    sequence_entries()
    read = {entry.position: entry.content for reader in readers() for entry in reader.placed(0, 1000)}
    assert len(read) == TreeLeaf.objects.count() >= 5
    models = {model.entry_kind: model for model in entry_models()}
    for leaf in TreeLeaf.objects.all():
        entry = models[leaf.entry_kind].objects.get(uuid=leaf.entry_id)
        assert read[leaf.position] == canonical(entry.content())
