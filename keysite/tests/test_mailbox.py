"""The mail of a copy for development."""

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection

from keysite.mailbox import read

BACKEND = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture
def folder(settings, tmp_path):
    settings.DEBUG, settings.EMAIL_FILE_PATH = True, str(tmp_path)
    return tmp_path


def send(folder, *subjects, text="Hello", html="<p>Hello</p>"):
    with get_connection(BACKEND, file_path=str(folder)) as connection:
        for subject in subjects:
            message = EmailMultiAlternatives(subject, text, to=["a@example.edu"], connection=connection)
            message.attach_alternative(html, "text/html")
            message.send()


def test_it_shows_messages_newest_first(client, db, folder):
    send(folder, "First", "Second")

    shown = read(folder)

    assert [message["subject"] for message in shown] == ["Second", "First"]
    assert (shown[0]["to"], shown[0]["plain"].strip()) == ("a@example.edu", "Hello")
    assert client.get("/dev/mail/").status_code == 200


def test_nothing_in_a_message_runs(client, db, folder):
    send(folder, "<script>alert(1)</script>", text="<script>alert(2)</script>", html='"><script>alert(3)</script>')

    page = client.get("/dev/mail/")

    assert "<script>alert" not in page.content.decode()
    assert "<iframe sandbox" in page.content.decode()
    assert "script-src" not in page["Content-Security-Policy"]


def test_an_empty_folder_has_no_mail(client, db, folder):
    assert "No mail yet" in client.get("/dev/mail/").content.decode()


def test_outside_of_development_there_is_no_such_page(client, db, folder, settings):
    settings.DEBUG = False

    assert client.get("/dev/mail/").status_code == 404
