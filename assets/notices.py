"""What is written about assets: a receipt for every deed, and how a reservation stands."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from accounts import notices
from assets.models import Assignment, Reservation

# What a receipt says happened, by deed; ``due`` is the date of that moment, whatever was agreed since.
HAPPENED = {
    "assigned": gettext_lazy("Assigned to you: %(items)s, due on %(due)s."),
    "assigned_open": gettext_lazy("Assigned to you: %(items)s."),
    "taken_back": gettext_lazy("Taken back: %(items)s. Thank you."),
}

# What has become of a reservation: how it stands, or how it ended.
RESERVED = {
    "waiting": gettext_lazy(
        "You asked for %(item)s from %(start)s to %(end)s. It is kept for you until the desk decides."
    ),
    "confirmed": gettext_lazy("Reserved for you: %(item)s, from %(start)s to %(end)s."),
    "cancelled": gettext_lazy("Cancelled: the reservation of %(item)s from %(start)s to %(end)s."),
    "rejected": gettext_lazy("You cannot have %(item)s from %(start)s to %(end)s."),
    "no_show": gettext_lazy(
        "Not picked up: %(item)s, reserved from %(start)s to %(end)s. It is free for others again."
    ),
    "unavailable": gettext_lazy("No longer available: %(item)s, reserved for you from %(start)s to %(end)s."),
}


def assigned(assignments, *, by):
    _receipt("assigned" if assignments[0].due_at else "assigned_open", assignments, by)


def taken_back(assignments, *, by):
    _receipt("taken_back", assignments, by)


def reservation_changed(reservation, *, by):
    """Tell the person how the reservation stands now; what waits is told to the desk, too."""
    said = reservation.outcome or ("confirmed" if reservation.confirmed_at else "waiting")
    facts = {"reservation": reservation.pk, "said": said}
    notices.post(kind="reservation", person=reservation.person, facts=facts, by=by)
    if said == "waiting":
        notices.post(kind="reservation_asked", address=settings.DESK_EMAIL, facts=facts, by=by)


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


def reservation(notice):
    """To the person: what has become of their reservation."""
    row = Reservation.objects.for_list().get(pk=notice.facts["reservation"])
    with notices.speaking_to(notice.person):
        said = RESERVED[notice.facts["said"]] % _span_words(row)
    context = {"said": said, "reservation": row, "link": notices.link("reservation_list")}
    context |= {"by_desk": notice.requested_by_id not in {None, notice.person_id}}
    return notices.render(
        "reservation", person=notice.person, context=context | {"not_me": notices.not_me_link(notice)}
    )


def reservation_asked(notice):
    """To the desk: somebody asks to borrow something; pointless once that is decided."""
    row = Reservation.objects.waiting().for_list().filter(pk=notice.facts["reservation"]).first()
    if row is None:
        return None
    with notices.speaking_to(None):
        words = _span_words(row)
    context = {"reservation": row, "words": words, "link": notices.link("reservation_queue")}
    return notices.render("reservation_asked", context=context)


def _span_words(row):
    start, end = (date_format(timezone.localtime(at), "DATETIME_FORMAT") for at in (row.starts_at, row.ends_at))
    return {"item": str(row.item), "start": start, "end": end}


def _day(moment):
    return date_format(timezone.localtime(datetime.fromisoformat(moment)), "DATE_FORMAT") if moment else ""


CONTENTS = {"asset_receipt": asset_receipt, "reservation": reservation, "reservation_asked": reservation_asked}
