"""“This was not me”: in the receipt of every deed with assets."""

import pytest
from django.urls import reverse

from accounts.models import Notice, Trust
from accounts.notices import not_me_link
from assets.operations import (
    assign,
    confirm_assignment,
    extend,
    report_asset_damaged,
    report_asset_found,
    report_asset_lost,
    take_back,
    transfer_assignment,
)
from assets.tests.factories import AssetFactory, LoanTermFactory, SpaceFactory
from keysite.ledger import Refusal

DEEDS = {
    "confirmed": lambda row, by: confirm_assignment(assignment=row, by=by, trust=Trust.PROVED),
    "extended": lambda row, by: extend(assignment=row, by=by, trust=Trust.STAFF, term=LoanTermFactory(days=30)),
    "lost": lambda row, by: report_asset_lost(assignment=row, by=by, trust=Trust.PROVED),
    "damaged": lambda row, by: report_asset_damaged(assignment=row, by=by, trust=Trust.PROVED, note="Wet"),
    "handed_on": lambda row, by: transfer_assignment(assignment=row, by=by, space=SpaceFactory()),
    "taken_back": lambda row, by: take_back(assets=[row.asset], by=by),
}
SAID = {
    "confirmed": "You said that you still have L1 Laptop. Thank you.",
    "extended": "Extended: L1 Laptop, now due on",
    "lost": "Reported lost: L1 Laptop.",
    "damaged": "Reported damaged: L1 Laptop.",
    "handed_on": "Handed on to somebody else: L1 Laptop.",
    "taken_back": "Taken back: L1 Laptop. Thank you.",
}


@pytest.mark.parametrize("deed", DEEDS)
def test_the_mail_of_each_deed_says_what_happened_and_how_to_object(assignment, borrower, deed, send):
    DEEDS[deed](assignment, borrower)

    [receipt] = [mail for mail in send() if mail.to == [borrower.email]]
    assert SAID[deed] in receipt.body
    assert not_me_link(Notice.objects.get(kind="asset_receipt")) in receipt.body


def test_found_again_it_says_so(assignment, borrower, send):
    report_asset_lost(assignment=assignment, by=borrower)
    report_asset_found(assignment=assignment, by=borrower)

    mail = send()[-1]

    assert "Reported found: L1 Laptop." in mail.body
    assert "What you have from us now:" in mail.body


def test_the_button_stops_all_borrowing_and_tells_the_desk(client, assignment, borrower, clerk, send, settings):
    confirm_assignment(assignment=assignment, by=borrower, trust=Trust.PROVED)
    token = not_me_link(Notice.objects.get()).rstrip("/").rsplit("/", 1)[1]

    client.post(reverse("not_me", args=[token]))
    mails = send()

    borrower.refresh_from_db()
    assert borrower.is_blocked
    assert [mail.to for mail in mails].count([settings.DESK_EMAIL]) == 1
    with pytest.raises(Refusal, match="is blocked from borrowing"):
        assign(assets=[AssetFactory()], person=borrower, by=clerk)
    with pytest.raises(Refusal, match="is blocked from borrowing"):
        extend(assignment=assignment, by=borrower, trust=Trust.PROVED)
