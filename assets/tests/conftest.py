"""The assets and assignments that tests of deeds begin with."""

import pytest
from django.utils import timezone

import accounts.notices
import assets.notices
from accounts.models import Notice
from accounts.operations import send_notices
from assets.models import Assignment
from assets.operations import assign_kit
from assets.tests.factories import AssetFactory, AssignmentFactory, KitFactory, KitMemberFactory, KitPartFactory


@pytest.fixture
def asset(db):
    return AssetFactory(tag="L1")


@pytest.fixture
def assignment(asset, borrower):
    """The asset is with the borrower since an hour ago, for a week."""
    return AssignmentFactory(asset=asset, person=borrower, out_by=borrower)


@pytest.fixture
def stale(assignment):
    """The same assignment, read before whatever the test does to it."""
    return Assignment.objects.get(pk=assignment.pk)


@pytest.fixture
def kit_out(borrower, clerk):
    """A kit of two assets (K1, K2) and two cables, handed out to the borrower."""
    kit = KitFactory(name="Camera")
    for tag in ("K1", "K2"):
        KitMemberFactory(kit=kit, asset__tag=tag)
    KitPartFactory(kit=kit, name="Cable", quantity=2)
    row = assign_kit(kit=kit, person=borrower, by=clerk)
    Notice.objects.all().delete()
    return row


@pytest.fixture
def send(db, mailoutbox):
    """Send what waits in the outbox; gives back the mails."""

    def now():
        send_notices(contents=accounts.notices.CONTENTS | assets.notices.CONTENTS, at=timezone.now())
        return mailoutbox

    return now


@pytest.fixture
def receipts(db):
    """What was written to people: the word of each receipt and who gets it, in order."""

    def read():
        sent = Notice.objects.filter(kind="asset_receipt").order_by("pk")
        return [(notice.facts["deed"], notice.person) for notice in sent]

    return read
