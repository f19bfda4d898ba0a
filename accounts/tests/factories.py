"""Dull rows for tests."""

from datetime import timedelta

import factory
from django.utils import timezone

from accounts.codes import digest, token_of
from accounts.models import Affiliation, Department, Invitation, LoanTerm, Person


class LoanTermFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LoanTerm

    name = factory.Sequence("Term {}".format)
    days = 7


class AffiliationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Affiliation

    name = factory.Sequence("Affiliation {}".format)
    identifier_required = False
    loan_term = factory.SubFactory(LoanTermFactory)


class DepartmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Department

    name = factory.Sequence("Department {}".format)
    accepted_at = factory.LazyFunction(timezone.now)


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Person

    email = factory.Sequence("person{}@example.edu".format)
    first_name = "Robin"
    last_name = factory.Sequence("Person {}".format)
    affiliation = factory.SubFactory(AffiliationFactory)
    email_proved_at = factory.LazyFunction(timezone.now)


class InvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Invitation

    email = factory.Sequence("invited{}@example.edu".format)
    invited_by = factory.SubFactory(PersonFactory)
    at = factory.LazyFunction(timezone.now)
    until = factory.LazyAttribute(lambda row: row.at + timedelta(days=14))
    seed = factory.Sequence("seed{}".format)
    digest = factory.LazyAttribute(lambda row: digest(token_of(row)))
