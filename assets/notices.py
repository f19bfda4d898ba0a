"""What is written about assets: a receipt for every deed."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from accounts import notices
from assets.models import Assignment

# What a receipt says happened, by deed; ``due`` is the date of that moment, whatever was agreed since.
HAPPENED = {
    "assigned": gettext_lazy("Assigned to you: %(items)s, due on %(due)s."),
    "assigned_open": gettext_lazy("Assigned to you: %(items)s."),
    "taken_back": gettext_lazy("Taken back: %(items)s. Thank you."),
}


def assigned(assignments, *, by):
    _receipt("assigned" if assignments[0].due_at else "assigned_open", assignments, by)


def taken_back(assignments, *, by):
    _receipt("taken_back", assignments, by)


def _receipt(deed, assignments, by):
    """Put the receipt for a person into the outbox; what is in a space has nobody to tell."""
    person = assignments[0].person
    if person is None:
        return
    due = assignments[0].due_at
    facts = {"deed": deed, "assignments": [row.pk for row in assignments], "due": due.isoformat() if due else ""}
    receipt = notices.post(kind="asset_receipt", person=person, facts=facts, by=by)
    for row in assignments:
        row.receipt = receipt


def receipt_of(notice):
    """What a receipt says, for its page and its mail: what happened, and what the person holds now."""
    rows = list(Assignment.objects.for_list().filter(pk__in=notice.facts["assignments"]).order_by("pk"))
    held = list(Assignment.objects.held_by(notice.person).whole().for_list().order_by("due_at", "pk"))
    words = {"items": ", ".join(str(row.item) for row in rows), "due": _day(notice.facts["due"])}
    return {"happened": HAPPENED[notice.facts["deed"]] % words, "assignments": rows, "held": held}


def asset_receipt(notice):
    with notices.speaking_to(notice.person):
        context = receipt_of(notice)
    context |= {"by_desk": notice.requested_by_id not in {None, notice.person_id}}
    context |= {"link": notices.link("start"), "not_me": notices.not_me_link(notice)}
    return notices.render("asset_receipt", person=notice.person, context=context)


def _day(moment):
    return date_format(timezone.localtime(datetime.fromisoformat(moment)), "DATE_FORMAT") if moment else ""


CONTENTS = {"asset_receipt": asset_receipt}
