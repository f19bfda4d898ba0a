"""How somebody who works on tickets wants to be told of them."""

import pytest

from keysite.tests.history import last_version, refused
from tickets.models import NoticePreference
from tickets.operations import set_notice_preference

BAD_ADDRESS = "Give your number or name in this channel: letters, digits and + - . _ @ only."


@pytest.fixture(autouse=True)
def channels(settings):
    settings.TICKET_CHANNELS = {"sms": "json://user:secret@gateway.example.edu/{address}"}


def test_it_is_kept_once_per_person_with_its_history(technician, administrator):
    set_notice_preference(person=technician, by=technician, digest=True)
    set_notice_preference(person=technician, by=administrator, digest=False, channel="sms", address="+49 171 123")

    row = NoticePreference.objects.get()
    assert (row.person, row.digest, row.channel, row.address) == (technician, False, "sms", "+49171123")
    assert last_version(row) == (administrator, "told otherwise")


def test_without_a_channel_no_address_is_kept(technician):
    row = set_notice_preference(person=technician, by=technician, digest=False, channel="", address="+49171")

    assert row.address == ""


def test_whoever_does_not_work_on_tickets_has_nothing_to_choose(borrower):
    with refused(f"{borrower.name or borrower.email} does not work on tickets."):
        set_notice_preference(person=borrower, by=borrower, digest=True)


@pytest.mark.parametrize("channel", ["fax", "SMS", "json://evil.example.com/", "sms,x"])
def test_only_a_channel_of_the_setting_can_be_chosen(technician, channel):
    with refused("There is no such channel. Choose one of the list, or none for mail."):
        set_notice_preference(person=technician, by=technician, digest=False, channel=channel, address="x")


@pytest.mark.parametrize(
    "address", ["", "  ", "a/b", "a?b=c", "a#b", "a%2Fb", "..", "a..b", "x" * 101, "a\x00b", "{a}"]
)
def test_an_address_has_nothing_that_could_change_where_it_goes(technician, address):
    with refused(BAD_ADDRESS):
        set_notice_preference(person=technician, by=technician, digest=False, channel="sms", address=address)


@pytest.mark.parametrize("address", ["a\\b", "a:b", "a@b:c", "\u202egro", "١٢٣", "a&b", "http://x", "<b>"])
def test_neither_has_a_strange_one(technician, address):
    with refused(BAD_ADDRESS):
        set_notice_preference(person=technician, by=technician, digest=False, channel="sms", address=address)


@pytest.mark.parametrize("address", ["+491711234567", "@ada", "ada.l@example.edu", "ada_l-1"])
def test_numbers_names_and_addresses_are_fine(technician, address):
    row = set_notice_preference(person=technician, by=technician, digest=False, channel="sms", address=address)

    assert row.address == address
