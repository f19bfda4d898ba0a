"""Files that came by mail: for download only, to whom the thread or the mail is shown (A5, A6, A14)."""

import pytest

from accounts.tests.factories import PersonFactory
from keysite.tests.reading import text_of
from tickets.mail_in import File
from tickets.models import Attachment, Comment, ParkedMail
from tickets.operations import receive_mail
from tickets.operations.files import keep
from tickets.operations.tracking import tracking_link
from tickets.tests.factories import TicketFactory
from tickets.tests.mails import TO, mail
from tickets.tokens import token_of

pytestmark = pytest.mark.django_db
PAGE = b"<html><script>alert(1)</script></html>"


@pytest.fixture
def ticket(technician):
    return TicketFactory(technician=technician)


def a_file(ticket, internal=False, name="page.html"):
    said = Comment(ticket=ticket, text="Look", internal=internal, at=ticket.reported_at, by=ticket.technician, trust=3)
    said.save()
    return keep([File(name, PAGE)], by=None, comment=said)[0]


def page_of(ticket):
    return f"/t/{token_of(tracking_link(ticket, ticket.reporter))}/"


def assert_harmless(response):
    assert response.status_code == 200
    assert response.getvalue() == PAGE
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_a5_who_follows_downloads_it_and_no_browser_runs_it(client, ticket):
    file, path = a_file(ticket), page_of(ticket)

    assert "page.html" in text_of(client.get(path))
    assert_harmless(client.get(f"{path}files/{file.pk}/"))


def test_a5_staff_download_it_from_their_page(client, ticket, technician):
    file, note = a_file(ticket), a_file(ticket, internal=True, name="note.html")
    client.force_login(technician)

    words = text_of(client.get(f"/tickets/{ticket.number}/"))
    assert "page.html" in words
    assert "note.html" in words
    for row in (file, note):
        assert_harmless(client.get(f"/tickets/{ticket.number}/files/{row.pk}/"))


def test_a6_the_file_of_a_note_is_not_in_the_public_thread(client, ticket):
    note, path = a_file(ticket, internal=True), page_of(ticket)

    assert "page.html" not in text_of(client.get(path))
    assert client.get(f"{path}files/{note.pk}/").status_code == 404


def test_a14_another_tickets_address_leads_to_no_file(client, ticket, technician):
    file, other = a_file(ticket), TicketFactory(technician=technician)

    assert client.get(f"{page_of(other)}files/{file.pk}/").status_code == 404
    client.force_login(technician)
    assert client.get(f"/tickets/{other.number}/files/{file.pk}/").status_code == 404


def test_a_technician_of_other_tickets_downloads_nothing(client, ticket, technician):
    file = a_file(ticket)
    ticket.technician = PersonFactory()
    ticket.save()
    client.force_login(technician)

    assert client.get(f"/tickets/{ticket.number}/files/{file.pk}/").status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_not_found(client, ticket):
    file, path = a_file(ticket), page_of(ticket)
    file.file.storage.delete(file.file.name)

    assert client.get(f"{path}files/{file.pk}/").status_code == 404


@pytest.mark.parametrize("name", ['a"b.html', "schlüssel.html", "a\u2028b.html", "; filename=x.exe", ""])
def test_a11_no_name_breaks_the_header(client, ticket, name):
    file, path = a_file(ticket, name=name), page_of(ticket)

    assert_harmless(client.get(f"{path}files/{file.pk}/"))


def test_files_of_mail_that_waits_are_for_those_who_see_all_of_it(client, settings, clerk, technician):
    settings.TICKET_MAIL = TO
    receive_mail(raw=mail("Look", files=[("page.html", PAGE, "text/html")]))
    path = f"/tickets/mail/files/{Attachment.objects.get().pk}/"

    assert client.get(path).status_code == 302
    client.force_login(technician)
    assert client.get(path).status_code == 404
    client.force_login(clerk)
    assert_harmless(client.get(path))
    assert path in client.get(f"/admin/tickets/parkedmail/{ParkedMail.objects.get().pk}/change/").content.decode()


def test_posting_changes_nothing(client, ticket, clerk):
    file, path = a_file(ticket), page_of(ticket)

    assert client.post(f"{path}files/{file.pk}/").status_code == 405
    client.force_login(clerk)
    assert client.delete(f"/tickets/{ticket.number}/files/{file.pk}/").status_code == 405
