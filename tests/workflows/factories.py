"""People and loans for the engine's tests."""

from typing import Any

import factory
from django.contrib.auth import get_user_model

from tests.workflows.testapp.models import Loan


class ActorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()

    name = factory.Sequence("Person {}".format)
    email = factory.Sequence("person{}@example.org".format)


class LoanFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Loan

    title = factory.Sequence("Book {}".format)


def loan_for(actor: Any, *roles: str, **fields: Any) -> Loan:
    """A loan to which `actor` stands in these roles."""
    return LoanFactory(grants={str(actor.pk): list(roles)}, **fields)
