"""Dull rows for tests."""

from datetime import timedelta

import factory
from django.utils import timezone

from accounts.models import Trust
from accounts.tests.factories import LoanTermFactory, PersonFactory
from keys.models import Cabinet, Hold, Hook, Key, KeySymbol, KeySystem, Loan, LoanException


class KeySystemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = KeySystem

    code = factory.Sequence("SYS{}".format)


class KeySymbolFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = KeySymbol

    system = factory.SubFactory(KeySystemFactory)
    symbol = factory.Sequence("AA{}".format)
    self_service = True
    least_trust = Trust.PROVED


class CabinetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Cabinet

    name = factory.Sequence("Cabinet {}".format)


class HookFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Hook

    cabinet = factory.SubFactory(CabinetFactory)
    label = factory.Sequence("{}".format)


class KeyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Key

    symbol = factory.SubFactory(KeySymbolFactory)
    serial = factory.Sequence(lambda n: n + 1)


class LoanFactory(factory.django.DjangoModelFactory):
    """A key out since an hour ago, due in seven days."""

    class Meta:
        model = Loan

    key = factory.SubFactory(KeyFactory)
    borrower = factory.SubFactory(PersonFactory)
    term = factory.SubFactory(LoanTermFactory)
    trust = Trust.STAFF
    out_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    due_at = factory.LazyAttribute(lambda loan: loan.out_at + timedelta(days=7))


class LoanExceptionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LoanException

    person = factory.SubFactory(PersonFactory)
    symbol = factory.SubFactory(KeySymbolFactory)
    limit = 2
    expires_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))
    granted_at = factory.LazyFunction(timezone.now)
    granted_by = factory.SubFactory(PersonFactory)
    why = "Two offices"


class HoldFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Hold

    key = factory.SubFactory(KeyFactory)
    person = factory.SubFactory(PersonFactory)
    held_at = factory.LazyFunction(timezone.now)
    until = factory.LazyAttribute(lambda hold: hold.held_at + timedelta(days=3))
    held_by = factory.SubFactory(PersonFactory)
