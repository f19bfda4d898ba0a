"""What is written about assets: a receipt for every deed, and how a reservation stands."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import notices
from assets.models import Asset, AssetReminder, Assignment, Reservation

MOST_DATES = 200  # in one digest
# What a receipt says happened, by deed; ``due`` is the date of that moment, whatever was agreed since.
HAPPENED = {
    "assigned": gettext_lazy("Assigned to you: %(items)s, due on %(due)s."),
    "assigned_open": gettext_lazy("Assigned to you: %(items)s."),
    "assigned_each": gettext_lazy("Assigned to you: %(items)s."),
    "handed_on": gettext_lazy("Handed on to somebody else: %(items)s. It is no longer yours to return."),
    "extended": gettext_lazy("Extended: %(items)s, now due on %(due)s."),
    "confirmed": gettext_lazy("You said that you still have %(items)s. Thank you."),
    "lost": gettext_lazy("Reported lost: %(items)s. The desk gets in touch with you."),
    "found": gettext_lazy("Reported found: %(items)s. It is yours to bring back as before."),
    "damaged": gettext_lazy("Reported damaged: %(items)s. The desk tells you what to do with it."),
    "taken_back": gettext_lazy("Taken back: %(items)s. Thank you."),
    "taken_back_less": gettext_lazy("Taken back: %(items)s. Missing: %(missing)s. Please look for it."),
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
    "undecided": gettext_lazy(
        "Nobody has decided in time on %(item)s from %(start)s to %(end)s. Please ask again, or get in touch."
    ),
    "unavailable": gettext_lazy("No longer available: %(item)s, reserved for you from %(start)s to %(end)s."),
}


def assigned(assignments, *, by):
    due = {row.due_at for row in assignments}
    if len(due) > 1:
        each = {str(row.pk): row.due_at.isoformat() for row in assignments if row.due_at}
        return _receipt("assigned_each", assignments, by, each=each)
    return _receipt("assigned" if assignments[0].due_at else "assigned_open", assignments, by)


def taken_back(assignments, *, by, missing=()):
    """``missing`` has the names of what did not come back with its kit."""
    _receipt("taken_back_less" if missing else "taken_back", assignments, by, missing=list(missing))


def transferred(assignment, following, *, by):
    _receipt("handed_on", [assignment], by)
    assigned([following], by=by)


def extended(assignment, *, by):
    _receipt("extended", [assignment], by)


def confirmed(assignment, *, by):
    _receipt("confirmed", [assignment], by)


def asset_lost(assignment, *, by):
    _receipt("lost", [assignment], by)


def asset_found(assignment, *, by):
    _receipt("found", [assignment], by)


def asset_damaged(assignment, *, note, by):
    """A receipt for the holder, and a message to the desk, which alone reads what was typed."""
    _receipt("damaged", [assignment], by)
    facts = {"assignment": assignment.pk, "note": note}
    notices.post(kind="asset_damage", address=settings.DESK_EMAIL, facts=facts, by=by)


def reservations_changed(reservations, *, by):
    """Tell the people how their reservations stand now; what waits is told to the desk, too."""
    letters = []
    for row in reservations:
        facts = {"reservation": row.pk, "said": _how_it_stands(row)}
        letters.append(notices.letter(kind="reservation", person=row.person, facts=facts, by=by))
        if facts["said"] == "waiting":
            asked = {"kind": "reservation_asked", "address": settings.DESK_EMAIL, "facts": facts, "by": by}
            letters.append(notices.letter(**asked))
    if letters:
        notices.post_all(letters)


def _how_it_stands(row):
    if row.outcome == Reservation.Outcome.NO_SHOW and row.confirmed_at is None:
        return "undecided"
    return row.outcome or ("confirmed" if row.confirmed_at else "waiting")


def disposal_asked(asset, *, by):
    """Tell the desk that a second person has to agree to a disposal."""
    facts = {"asset": asset.pk, "asked": asset.disposal_asked_at.isoformat()}
    notices.post(kind="disposal_question", address=settings.DESK_EMAIL, facts=facts, by=by)


def disposal_decided(asset, asker, *, approved, by, why=""):
    """Tell whoever asked for a disposal what another has decided."""
    facts = {"asset": asset.pk, "approved": approved, "why": why}
    notices.post(kind="disposal_answer", person=asker, facts=facts, by=by)


def _receipt(deed, assignments, by, **more):
    """Put the receipt for a person into the outbox; what is in a space has nobody to tell."""
    person = assignments[0].person
    if person is None:
        return
    due = assignments[0].due_at
    facts = {"deed": deed, "assignments": [row.pk for row in assignments], "due": due.isoformat() if due else ""} | more
    receipt = notices.post(kind="asset_receipt", person=person, facts=facts, by=by)
    for row in assignments:
        row.receipt = receipt


def receipt_of(notice):
    """What a receipt says, for its page and its mail: what happened, and what the person holds now."""
    facts = notice.facts
    rows = Assignment.objects.with_contents().for_list().filter(pk__in=facts["assignments"]).order_by("pk")
    held = list(Assignment.objects.held_by(notice.person).apart().for_list().order_by("due_at", "pk"))
    handed_out = [row for row in rows if row.kit_id and facts["deed"].startswith("assigned")]
    return {"happened": _happened(notice, rows), "assignments": rows, "held": held, "kits": handed_out}


def happened_to_assets(receipts):
    """What each of these receipts says happened."""
    rows = Assignment.objects.for_list().in_bulk([pk for notice in receipts for pk in notice.facts["assignments"]])
    return {notice: _happened(notice, [rows[pk] for pk in notice.facts["assignments"]]) for notice in receipts}


def _happened(notice, rows):
    facts = notice.facts
    words = {"items": ", ".join(_item(row, facts.get("each", {})) for row in rows), "due": _day(facts["due"])}
    return HAPPENED[facts["deed"]] % (words | {"missing": ", ".join(facts.get("missing", ()))})


def _item(row, due):
    """What a line of a receipt is called, with its own due date where they differ."""
    words = {"item": str(row.item), "due": _day(due.get(str(row.pk)))}
    return _("%(item)s (due on %(due)s)") % words if words["due"] else words["item"]


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


def disposal_question(notice):
    """To the desk: a disposal waits for a second person; pointless once that is decided."""
    asset = Asset.objects.awaiting_approval().filter(pk=notice.facts["asset"]).first()
    if asset is None or asset.disposal_asked_at.isoformat() != notice.facts["asked"]:
        return None
    return notices.render("disposal_question", context={"asset": asset, "link": _page_of(asset)})


def disposal_answer(notice):
    """To whoever asked for a disposal: another has agreed, or why not."""
    asset = Asset.objects.get(pk=notice.facts["asset"])
    context = {"asset": asset, "facts": notice.facts, "link": _page_of(asset)}
    return notices.render("disposal_answer", person=notice.person, context=context)


def asset_dates(notice):
    """To a contact, or the owner: warranties that end and services that are due, as far as that is still so."""
    rows = AssetReminder.objects.filter(pk__in=notice.facts["reminders"]).still_true().for_list()
    if not rows:
        return None
    shown, more = rows[:MOST_DATES], max(0, len(rows) - MOST_DATES)
    return notices.render("asset_dates", person=notice.person, context={"rows": shown, "more": more})


def asset_damage(notice):
    """To the desk: something that is out was reported damaged, and what is wrong with it."""
    row = Assignment.objects.for_list().get(pk=notice.facts["assignment"])
    context = {"assignment": row, "note": notice.facts["note"], "link": _page_of(row.asset)}
    return notices.render("asset_damage", context=context)


def _page_of(asset):
    return notices.link("admin:assets_asset_change", asset.pk)


def _span_words(row):
    start, end = (date_format(timezone.localtime(at), "DATETIME_FORMAT") for at in (row.starts_at, row.ends_at))
    return {"item": str(row.item), "start": start, "end": end}


def _day(moment):
    return date_format(timezone.localtime(datetime.fromisoformat(moment)), "DATE_FORMAT") if moment else ""


CONTENTS = {
    "asset_damage": asset_damage,
    "asset_dates": asset_dates,
    "asset_receipt": asset_receipt,
    "disposal_answer": disposal_answer,
    "disposal_question": disposal_question,
    "reservation": reservation,
    "reservation_asked": reservation_asked,
}
