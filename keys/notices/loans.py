"""What the key desk writes: a receipt for every deed, and reminders while a key or an asset is due."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy, ngettext

from accounts import notices
from accounts.models import Department, Notice
from assets.models import Assignment
from assets.notices import happened_to_assets
from keys.models import Loan

RECEIPTS = {"loan_receipt": "receipt", "asset_receipt": "asset_receipt"}  # kind → its page
FIRM_FROM, CONTACT_FROM = 7, 14  # days overdue
# What a receipt says happened, by deed; ``due`` is the date of that moment, whatever was agreed since.
HAPPENED = {
    "checked_out": gettext_lazy("Checked out: %(keys)s, due on %(due)s."),
    "returned": gettext_lazy("Taken back: %(keys)s. Thank you."),
    "claimed": gettext_lazy("You said that %(keys)s is back. The loan ends when the desk has scanned it."),
    "claim_rejected": gettext_lazy("You said that %(keys)s is back, but the desk cannot find it. Please get in touch."),
    "renewed": gettext_lazy("Renewed: %(keys)s, now due on %(due)s."),
    "lost": gettext_lazy("Reported lost or broken: %(keys)s. The desk will tell you what it costs."),
    "paid": gettext_lazy("Paid for: %(keys)s."),
    "found": gettext_lazy("Reported found: %(keys)s, due on %(due)s."),
    "check_out_undone": gettext_lazy("The check-out of %(keys)s was a mistake of the desk and is undone."),
    "return_undone": gettext_lazy(
        "The return of %(keys)s was a mistake of the desk and is undone; it is due on %(due)s."
    ),
    "handed_on": gettext_lazy("Handed on to somebody else: %(keys)s. It is no longer yours to return."),
}


def keys_checked_out(loans, *, by):
    _receipt("checked_out", loans, by)


def keys_returned(loans, *, by):
    _receipt("returned", loans, by)


def return_claimed(loan, *, by):
    _receipt("claimed", [loan], by)


def claim_rejected(loan, *, by):
    _receipt("claim_rejected", [loan], by)


def loan_renewed(loan, *, by):
    _receipt("renewed", [loan], by)


def key_lost(loan, *, by):
    _receipt("lost", [loan], by)


def payment_recorded(loan, *, by):
    _receipt("paid", [loan], by)


def key_found(loan, *, by):
    _receipt("found", [loan], by)


def check_out_undone(loan, *, by):
    _receipt("check_out_undone", [loan], by)


def return_undone(loan, *, by):
    _receipt("return_undone", [loan], by)


def loan_transferred(loan, following, *, by):
    _receipt("handed_on", [loan], by)
    _receipt("checked_out", [following], by)


def exception_granted(exception, *, by):
    facts = {"symbol": exception.symbol.symbol, "limit": exception.limit, "until": exception.expires_on.isoformat()}
    notices.post(kind="exception_granted", person=exception.person, facts=facts, by=by)


def _receipt(deed, loans, by):
    """Put the receipt into the outbox; each loan carries it as ``receipt``, for the page that comes after the deed."""
    receipt = notices.post(kind="loan_receipt", person=loans[0].borrower, facts=receipt_facts(deed, loans), by=by)
    for loan in loans:
        loan.receipt = receipt


def receipt_facts(deed, loans):
    """What a receipt remembers of a deed; the due date is that of the deed, not a later one."""
    return {"deed": deed, "loans": [loan.pk for loan in loans], "due": loans[0].due_at.isoformat()}


def recent_receipts(person, most=5):
    """The last receipts of ``person`` for keys and assets, each with its page's name and what it says happened."""
    receipts = list(Notice.objects.filter(kind__in=RECEIPTS, person=person).order_by("-pk")[:most])
    of_keys = [notice for notice in receipts if notice.kind == "loan_receipt"]
    loans = Loan.objects.for_list().in_bulk([pk for notice in of_keys for pk in notice.facts["loans"]])
    said = {notice: _happened(notice, [loans[pk] for pk in notice.facts["loans"]]) for notice in of_keys}
    said |= happened_to_assets([notice for notice in receipts if notice.kind == "asset_receipt"])
    return [(notice, RECEIPTS[notice.kind], said[notice]) for notice in receipts]


def receipt_of(notice):
    """What a receipt says, for its page and its mail: what happened, and what the person holds now."""
    loans = list(Loan.objects.for_list().filter(pk__in=notice.facts["loans"]).order_by("pk"))
    held = list(Loan.objects.held_by(notice.person).for_list().order_by("due_at", "pk"))
    return {"happened": _happened(notice, loans), "loans": loans, "held": held}


def _happened(notice, loans):
    words = {"keys": ", ".join(str(loan.key) for loan in loans), "due": _day(notice.facts["due"])}
    return HAPPENED[notice.facts["deed"]] % words


def loan_receipt(notice):
    with notices.speaking_to(notice.person):
        context = receipt_of(notice)
    context |= {"by_desk": notice.requested_by_id not in {None, notice.person_id}}
    context |= {"link": notices.link("start"), "not_me": notices.not_me_link(notice)}
    return notices.render("loan_receipt", person=notice.person, context=context)


def exception_written(notice):
    context = {"facts": notice.facts, "until": date.fromisoformat(notice.facts["until"]), "link": notices.link("start")}
    return notices.render("exception_granted", person=notice.person, context=context)


def loan_reminder(notice):
    """One digest of keys and assets that are overdue or due soon when it is sent; pointless if nothing is by then."""
    now = timezone.now()
    loans = Loan.objects.held_by(notice.person).to_remind(at=now).for_list()
    assignments = Assignment.objects.held_by(notice.person).to_remind(at=now).for_list()
    lent = _by_due_date(loans, assignments)
    if not lent:
        return None
    overdue = [row for row in lent if row.due_at < now]
    soon = [row for row in lent if row.due_at >= now]
    with notices.speaking_to(notice.person):
        subject = _overdue(overdue) if overdue else _due_soon(soon)
    context = {"subject": subject, "overdue": overdue, "soon": soon, "link": notices.link("start")}
    context |= {"tone": _tone(overdue), "contact": _has_contact(notice.person)}
    return notices.render("loan_reminder", person=notice.person, context=context)


def department_reminder(notice):
    """To a department's backup contact: what its people have had for 14 days or more after it was due."""
    department, now = Department.objects.filter(pk=notice.facts["department"]).first(), timezone.now()
    if department is None:
        return None
    loans = Loan.objects.overdue_for(CONTACT_FROM, at=now).filter(claimed_at=None, borrower__department=department)
    assignments = Assignment.objects.overdue_for(CONTACT_FROM, at=now).filter(person__department=department)
    lent = _by_due_date(loans.for_list(), assignments.for_list())
    if not lent:
        return None
    return notices.render("department_reminder", context={"department": department, "lent": lent})


def _by_due_date(*questions):
    """The rows of keys and assets as one list, what is due first at the top."""
    rows = [row for rows in questions for row in rows]
    return sorted(rows, key=lambda row: (row.due_at, str(row.item)))


def _overdue(lent):
    n = len(lent)
    if all(isinstance(row, Loan) for row in lent):
        return ngettext("%(n)d key is overdue", "%(n)d keys are overdue", n) % {"n": n}
    return ngettext("%(n)d thing is overdue", "%(n)d things are overdue", n) % {"n": n}


def _due_soon(lent):
    n = len(lent)
    if all(isinstance(row, Loan) for row in lent):
        return ngettext("%(n)d key is due soon", "%(n)d keys are due soon", n) % {"n": n}
    return ngettext("%(n)d thing is due soon", "%(n)d things are due soon", n) % {"n": n}


def _has_contact(person):
    return bool(person.department and person.department.contact_email)


def _tone(overdue):
    """How firmly to ask: by what is overdue longest."""
    days = max((row.days_late for row in overdue), default=0)
    return "last" if days >= CONTACT_FROM else "firm" if days >= FIRM_FROM else "kind"


def _day(moment):
    return date_format(timezone.localtime(datetime.fromisoformat(moment)), "DATE_FORMAT")


CONTENTS = {
    "loan_receipt": loan_receipt,
    "loan_reminder": loan_reminder,
    "department_reminder": department_reminder,
    "exception_granted": exception_written,
}
