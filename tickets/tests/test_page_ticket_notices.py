"""How somebody who works on tickets wants to be told of them."""

import pytest

from keysite.tests.reading import problems_of
from tickets.models import NoticePreference


@pytest.fixture
def desk(client, technician):
    client.force_login(technician)
    return client


def send(desk, **fields):
    once = desk.get("/tickets/notices/").context["form"]["once"].value()
    return desk.post("/tickets/notices/", {"once": once} | fields)


def test_one_mail_a_day(desk, technician):
    answer = send(desk, digest="on")

    chosen = NoticePreference.objects.get(person=technician)
    assert (chosen.digest, chosen.channel, answer.url) == (True, "", "/tickets/notices/")
    assert desk.get("/tickets/notices/").context["form"]["digest"].value() is True


def test_a_channel_is_offered_when_the_settings_name_one(desk, technician, settings):
    settings.TICKET_CHANNELS = {"sms": "json://localhost/{address}"}

    wrong = send(desk, channel="sms", address="../../etc")
    unknown = send(desk, channel="telex", address="1")
    send(desk, channel="sms", address="+49 40 123")

    assert "letters, digits and + - . _ @ only" in problems_of(wrong)[0]
    assert "../../etc" in wrong.content.decode()
    assert unknown.status_code == 200
    chosen = NoticePreference.objects.get(person=technician)
    assert (chosen.channel, chosen.address) == ("sms", "+4940123")


def test_without_a_channel_there_is_nothing_to_choose(desk, settings):
    settings.TICKET_CHANNELS = {}

    assert list(desk.get("/tickets/notices/").context["form"].fields) == ["once", "digest"]
