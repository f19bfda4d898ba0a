"""Dull rows for tests."""

from datetime import timedelta

import factory
from django.utils import timezone

from accounts.models import Trust
from accounts.tests.factories import LoanTermFactory, PersonFactory
from assets.tests.factories import BuildingFactory
from keys.models import (
    Attestation,
    Cabinet,
    CabinetCount,
    Campaign,
    Charge,
    Door,
    FeeRule,
    Hold,
    Hook,
    Key,
    Keyset,
    KeySymbol,
    KeySystem,
    Loan,
    LoanException,
    LossReport,
    Operates,
    Pinning,
    RekeyedDoor,
    Rekeying,
    Separation,
)


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


class CabinetCountFactory(factory.django.DjangoModelFactory):
    """Somebody has found all ten keys."""

    class Meta:
        model = CabinetCount

    cabinet = factory.SubFactory(CabinetFactory)
    counted_at = factory.LazyFunction(timezone.now)
    counted_by = factory.SubFactory(PersonFactory)
    expected = 10
    missing = 0


class HookFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Hook

    cabinet = factory.SubFactory(CabinetFactory)
    label = factory.Sequence("{}".format)


class KeyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Key

    symbol = factory.SubFactory(KeySymbolFactory)
    serial = factory.Sequence(lambda n: n % 500 + 1)  # however many tests: a stamp that is never as long as a code


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


class LossReportFactory(factory.django.DjangoModelFactory):
    """A key that its holder has just reported lost."""

    class Meta:
        model = LossReport

    key = factory.SubFactory(KeyFactory)
    loan = factory.SubFactory(
        LoanFactory,
        key=factory.SelfAttribute("..key"),
        lost_at=factory.LazyFunction(timezone.now),
        lost_by=factory.SelfAttribute("borrower"),
        loss="lost",
    )
    source = LossReport.Source.HOLDER
    reported_at = factory.LazyFunction(timezone.now)
    reported_by = factory.SelfAttribute("loan.borrower")


class FeeRuleFactory(factory.django.DjangoModelFactory):
    """What a lost key costs since a day ago."""

    class Meta:
        model = FeeRule

    event = "lost"
    amount = 50
    since = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))


class ChargeFactory(factory.django.DjangoModelFactory):
    """What was charged for a lost key."""

    class Meta:
        model = Charge

    loan = factory.SubFactory(LoanFactory)
    person = factory.SelfAttribute("loan.borrower")
    event = "lost"
    amount = 50
    charged_at = factory.LazyFunction(timezone.now)


def separation_of(person):
    """That person leaves today."""
    return Separation.objects.create(person=person, leaves_on=timezone.localdate(), begun_at=timezone.now())


class CampaignFactory(factory.django.DjangoModelFactory):
    """Holders have ten days, managers and departments five more each."""

    class Meta:
        model = Campaign

    name = "Keys 2026"
    holders_until = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=10))
    managers_until = factory.LazyAttribute(lambda campaign: campaign.holders_until + timedelta(days=5))
    closes_on = factory.LazyAttribute(lambda campaign: campaign.managers_until + timedelta(days=5))
    opened_at = factory.LazyFunction(timezone.now)
    opened_by = factory.SubFactory(PersonFactory)


class AttestationFactory(factory.django.DjangoModelFactory):
    """A holder is asked about one key."""

    class Meta:
        model = Attestation

    campaign = factory.SubFactory(CampaignFactory)
    loan = factory.SubFactory(LoanFactory)


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


class DoorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Door

    building = factory.SubFactory(BuildingFactory)
    label = factory.Sequence("{}".format)


class KeysetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Keyset

    own = factory.SubFactory(KeySymbolFactory)
    system = factory.SelfAttribute("own.system")
    designation = factory.SelfAttribute("own.symbol")


class OperatesFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Operates

    keyset = factory.SubFactory(KeysetFactory)
    symbol = factory.SelfAttribute("keyset.own")
    source = Operates.Source.OWN
    since = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))


class PinningFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Pinning

    door = factory.SubFactory(DoorFactory)
    keyset = factory.SubFactory(KeysetFactory)
    since = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))


class RekeyingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Rekeying

    reason = "Lost key"
    planned_at = factory.LazyFunction(timezone.now)
    planned_by = factory.SubFactory(PersonFactory)


class RekeyedDoorFactory(factory.django.DjangoModelFactory):
    """A door that is to be rekeyed."""

    class Meta:
        model = RekeyedDoor

    rekeying = factory.SubFactory(RekeyingFactory)
    door = factory.SubFactory(DoorFactory)
    before = factory.SubFactory(KeysetFactory)
    after = factory.SubFactory(KeysetFactory)


def opening(symbol, space=None, **door):
    """A door, that of ``space`` if there is one, which keys of ``symbol`` open; gives it back."""
    keyset = Keyset.objects.filter(own=symbol).first() or OperatesFactory(keyset__own=symbol).keyset
    if space:
        door |= {"building": space.building, "space_to": space, "label": space.number}
    return PinningFactory(keyset=keyset, door=DoorFactory(**door)).door
