"""A closed account is told nothing but what becomes of its own credential."""

import pytest

from credentialing.correspondence.models import Letter
from credentialing.correspondence.services import send_letter
from tests.certificates.factories import awarded
from tests.decided import decided
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed():
    return PersonFactory(is_active=False)


def test_closed_account_gets_no_letter(closed):
    assert send_letter(template="admitted", to=closed, context={"path": "/my/"}) is None
    assert not Letter.objects.exists()


def test_holder_hears_of_their_credential_also_when_the_account_is_closed(closed):
    credential = awarded(holder=closed)
    decided(credential, "revoke")
    told = Letter.objects.filter(recipient=closed).order_by("pk").values_list("template", flat=True)
    assert list(told) == ["motion_about_you", "standing_changed"]
