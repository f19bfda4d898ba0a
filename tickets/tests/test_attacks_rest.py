"""Attacks on the rest: addresses in mail (A19), printing (A23), deleting and merging (A28)."""

from pathlib import Path

import pytest
from django.core import mail
from django.utils import timezone

from accounts.operations import send_notices
from keysite.ledger import Refusal
from tickets.forms import public
from tickets.models import Ticket
from tickets.notices import CONTENTS
from tickets.operations import merge, remove_ticket, restore_ticket
from tickets.tests.factories import TicketFactory

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example"}, {"x-forwarded-host": "evil.example"}, {"forwarded": "host=evil.example"}]
)
def test_a19_links_in_mail_come_from_the_setting_whatever_the_request_says(client, db, monkeypatch, settings, headers):
    monkeypatch.setattr(public, "LEAST_SECONDS", 0)
    settings.ALLOWED_HOSTS = ["*"]
    form = client.get("/report/").context["form"]
    values = {"title": "No light", "place_in_words": "yard", "address": "new@example.edu"}

    client.post("/report/", values | {name: form[name].value() for name in ("once", "began")}, headers=headers)
    send_notices(contents=CONTENTS, at=timezone.now())

    [message] = mail.outbox
    raw = message.message().as_string()
    assert "evil.example" not in raw
    assert f"{settings.SITE_URL}/t/" in message.body


def test_a23_nothing_here_renders_what_people_type_into_a_file_for_the_printer():
    """Labels and lists are printed by the browser: no library that fetches addresses while it makes a PDF."""
    installed = (ROOT / "requirements.lock").read_text()

    assert not [name for name in ("weasyprint", "reportlab", "xhtml2pdf", "pdfkit", "wkhtmltopdf") if name in installed]


def test_a28_nothing_is_merged_into_what_is_over_deleted_or_itself(db, administrator):
    ticket, over, deleted = TicketFactory(), TicketFactory(), TicketFactory()
    Ticket.objects.filter(pk=over.pk).update(status="rejected", reason="No")
    remove_ticket(ticket=deleted, by=administrator, reason="Spam")

    for into in (over, deleted, ticket):
        into.refresh_from_db()
        with pytest.raises(Refusal):
            merge(ticket=ticket, into=into, by=administrator)

    ticket.refresh_from_db()
    assert ticket.status == "new"


def test_a28_deleting_a_duplicate_and_its_target_comes_back_in_any_order(db, administrator):
    duplicate, target = TicketFactory(), TicketFactory()
    merge(ticket=duplicate, into=target, by=administrator)
    duplicate.refresh_from_db()

    remove_ticket(ticket=duplicate, by=administrator, reason="Spam")
    remove_ticket(ticket=target, by=administrator, reason="Spam")
    restore_ticket(ticket=target, by=administrator)
    restore_ticket(ticket=duplicate, by=administrator)

    assert set(Ticket.objects.kept().values_list("status", flat=True)) == {"new", "duplicate"}
