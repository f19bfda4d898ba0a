"""“This was not me”: a link in every receipt."""

import pytest
from django.urls import reverse

from accounts.models import Notice
from accounts.notices import not_me_link, post
from accounts.tests.doors import send_all, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(borrower):
    return post(kind="sign_in_changed", person=borrower, facts={"change": "password_set"})


def path_of(notice):
    return not_me_link(notice).split("/", 3)[3]


def test_following_the_link_does_nothing(client, notice, borrower):
    response = client.get(f"/{path_of(notice)}")

    borrower.refresh_from_db()
    assert response.status_code == 200
    assert not borrower.is_blocked
    assert (response["Referrer-Policy"], response["Cache-Control"]) == ("strict-origin", "no-store")


def test_the_button_blocks_signs_out_and_tells_the_desk(client, notice, borrower, mailoutbox, settings):
    thief = type(client)()
    sign_in(thief, borrower.email)

    response = client.post(f"/{path_of(notice)}")
    send_all()

    borrower.refresh_from_db()
    assert "We have closed the door" in response.content.decode()
    assert borrower.blocked_reason == "said of a message: this was not me"
    assert borrower.history.first().history_user == borrower
    assert thief.get(reverse("profile")).status_code == 302
    told = next(mail for mail in mailoutbox if mail.to == [settings.DESK_EMAIL])
    assert f"/admin/accounts/person/{borrower.pk}/change/" in told.body


def test_pressed_twice_it_tells_the_desk_once(client, notice, borrower):
    for _time in range(2):
        client.post(f"/{path_of(notice)}")

    assert Notice.objects.filter(kind="disavowed").count() == 1
    assert borrower.history.count() == 2


def test_of_a_blocked_person_the_reason_stays(client, notice, borrower, clerk):
    borrower.blocked_at, borrower.blocked_by, borrower.blocked_reason = borrower.joined_at, clerk, "owes a key"
    borrower.save()

    client.post(f"/{path_of(notice)}")

    borrower.refresh_from_db()
    assert borrower.blocked_reason == "owes a key"
    assert Notice.objects.filter(kind="disavowed").exists()


@pytest.mark.parametrize("token", ["x", "0" * 32, "😀", "a:b", "x" * 3000])
def test_a_broken_link_gets_a_page(client, token, db):
    assert client.get(f"/not-me/{token}/").status_code == 404
    assert client.post(f"/not-me/{token}/").status_code == 404


def test_a_message_to_nobody_has_no_such_page(client, db):
    notice = post(kind="email_code", address="x@example.edu", facts={"proof": 1})

    assert client.post(f"/{path_of(notice)}").status_code == 404
