"""A name that goes on record shows what it is."""

import pytest

from credentialing.names.forms import NameChangeForm
from tests.names.acts import held

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["Adaeze\u202e Obi", "Adaeze\u200b", "\u3164", "12"])
def test_name_on_record_holds_nothing_that_nobody_sees(name):
    form = NameChangeForm({"name": name, "post_nominals": "MD", "kind": "name"}, credential=held())
    assert form.errors.keys() == {"name"}
