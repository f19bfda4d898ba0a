"""What is written about fees: to whoever is charged, and to those who answer an appeal."""

from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.models import Person
from keys.models import Charge

SUBJECTS = {
    "charged": _("A fee for key %(key)s: %(fee)s"),
    "appealed": _("Your appeal about key %(key)s has arrived"),
    "rejected": _("Your appeal about key %(key)s: the fee stands"),
    "waived": _("The fee for key %(key)s is waived"),
    "refunded": _("The fee for key %(key)s is refunded"),
}


def charged(charges, *, by, again=None):
    """To each person once per charge, and once more where what was waived by itself is open ``again``: since when."""
    more = f":{again.isoformat()}" if again else ""
    letters = [_letter("charged", charge, by, once_per=f"charge:{charge.pk}{more}") for charge in charges]
    if letters:
        notices.post_all(letters)


def charge_appealed(charge, *, by):
    """A receipt to whoever appeals, and a mail to each who may answer, but never to oneself about oneself."""
    judges = Person.objects.allowed("keys.waive_charge").exclude(pk=charge.person_id).order_by("pk")
    facts = {"charge": charge.pk}
    once = f"appeal:{charge.pk}:{charge.appealed_at.isoformat()}"
    asked = [
        notices.letter(kind="appeal", person=judge, facts=facts, once_per=f"{once}:{judge.pk}", by=by)
        for judge in judges
    ]
    notices.post_all([_letter("appealed", charge, by), *asked])


def appeal_rejected(charge, *, by):
    notices.post_all([_letter("rejected", charge, by)])


def charge_waived(charge, *, by):
    notices.post_all([_letter("waived", charge, by)])


def charge_refunded(charge, *, by):
    notices.post_all([_letter("refunded", charge, by)])


def _letter(event, charge, by, once_per=None):
    facts = {"charge": charge.pk, "event": event}
    return notices.letter(kind="charge", person=charge.person, facts=facts, once_per=once_per, by=by)


def charge(notice):
    """What has become of a fee; pointless once something else has."""
    row, event = Charge.objects.for_list().filter(pk=notice.facts["charge"]).first(), notice.facts["event"]
    if row is None or event != _happened(row, event):
        return None
    with notices.speaking_to(notice.person):
        subject = SUBJECTS[event] % {"key": row.loan.key, "fee": row.fee}
    context = {"charge": row, "event": event, "subject": subject, "link": notices.link("charge_list")}
    if event == "appealed":
        context["not_me"] = notices.not_me_link(notice)
    return notices.render("charge", person=notice.person, context=context)


def _happened(row, event):
    """What the mail may say of a charge as it is now: an open one can have been charged and appealed."""
    if row.waived_at:
        return "waived"
    if row.paid_on:
        return "refunded" if row.refunded_on else "paid"
    if event == "rejected" and not row.appeal_rejected_at:
        return "charged"
    return event if event in {"charged", "appealed", "rejected"} else "charged"


def appeal(notice):
    """Somebody asks that a fee be waived; pointless once that is answered."""
    row = Charge.objects.for_list().filter(pk=notice.facts["charge"]).first()
    if row is None or not row.is_appealed:
        return None
    context = {"charge": row, "link": notices.link("admin:keys_charge_change", row.pk)}
    return notices.render("appeal", person=notice.person, context=context)


CONTENTS = {"charge": charge, "appeal": appeal}
