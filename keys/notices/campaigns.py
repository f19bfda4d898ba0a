"""Who is asked whether keys are still there: their holders, then the managers of the doors, then the departments.

A mail leads to a page, and to sign-in before it; nothing is answered by opening it.
"""

from datetime import timedelta

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import notices
from accounts.models import Department, Notice, Person, Trust, midnight
from assets.models import BuildingManager
from keys.models import Attestation, Campaign, Delegation, Operates

SHOWN = 50  # keys in one mail
SUBJECTS = {
    "asked": _("Please confirm your keys by %(day)s"),
    "reminder": _("Your keys are still to be confirmed by %(day)s"),
}


def ask_for_answers(campaign, stage, *, at, day):
    """To whoever is asked at this stage, once per campaign; holders who keep silent are reminded once."""
    lines = Attestation.objects.of(campaign).live().at_stage(stage)
    if stage == Attestation.Stage.HOLDER:
        _ask_holders(campaign, lines, at, day)
    elif stage == Attestation.Stage.MANAGER:
        _tell(campaign, "managers", _managers_of(lines, day), kind="attestation_others", at=at)
    elif not _told(campaign, "contact"):
        _ask_contacts(campaign, lines, at)


def _ask_holders(campaign, lines, at, day):
    people = Person.objects.filter(pk__in=lines.order_by().values("loan__borrower"))
    _tell(campaign, "asked", people, kind="attestation", at=at)
    soon = day >= campaign.holders_until - timedelta(days=settings.DUE_SOON_DAYS)
    if soon and _told(campaign, "asked", created_at__lt=midnight(at, 0)):
        _tell(campaign, "reminder", people, kind="attestation", at=at)


def _managers_of(lines, day):
    """Who is in charge of a building that one of these keys opens, and who stands in for them."""
    turned = Operates.objects.now().filter(symbol__in=lines.order_by().values("loan__key__symbol"))
    there = "building__doors__pinnings"
    managers = BuildingManager.objects.current(on=day).filter(
        **{f"{there}__until": None, f"{there}__keyset__in": turned.values("keyset")}
    )
    deputies = Delegation.objects.current(on=day).filter(person__in=managers.values("person"))
    people = Person.objects.filter(pk__in=managers.values("person"))
    return Person.objects.filter(pk__in=people.values("pk").union(deputies.values("deputy")))


def _ask_contacts(campaign, lines, at):
    departments = Department.objects.exclude(contact_email="").filter(
        pk__in=lines.order_by().values("loan__borrower__department")
    )
    letters = [
        notices.letter(
            kind="attestation_contact",
            address=department.contact_email,
            facts={"campaign": campaign.pk, "department": department.pk},
            once_per=f"{_key(campaign, 'contact')}{department.pk}",
        )
        for department in departments
    ]
    if letters:
        notices.post_all(letters)


def _key(campaign, event):
    return f"campaign:{campaign.pk}:{event}:"


def _told(campaign, event, **more):
    return Notice.objects.filter(dedupe_key__startswith=_key(campaign, event), **more).exists()


def _tell(campaign, event, people, *, kind, at):
    if not _told(campaign, event):
        facts = {"campaign": campaign.pk, "event": event}
        notices.post_to_all(people.active(), kind=kind, once_per=_key(campaign, event), facts=facts, at=at)


def attestation(notice):
    """To a holder: the keys that are still to be confirmed when the mail is sent; pointless when there are none."""
    campaign, lines = _campaign_of(notice)
    lines = lines.held_by(notice.person).for_list()
    shown = list(lines[:SHOWN])
    if not shown:
        return None
    with notices.speaking_to(notice.person):
        subject = SUBJECTS[notice.facts["event"]] % {"day": date_format(campaign.holders_until)}
    context = {"campaign": campaign, "subject": subject, "lines": shown, "more": max(lines.count() - SHOWN, 0)}
    context |= {"event": notice.facts["event"], "link": notices.link("attestation_own")}
    return notices.render("attestation", person=notice.person, context=context)


def attestation_others(notice):
    """To a manager: how many keys to their doors nobody has confirmed."""
    campaign, lines = _campaign_of(notice)
    lines = lines.answerable_by(notice.person, trust=Trust.PROVED).exclude(loan__borrower=notice.person)
    return _of_others(campaign, lines.count(), notice, last_day=campaign.managers_until)


def attestation_contact(notice):
    """To the contact of a department, whose address is all that is known: nothing of it says who has which key."""
    campaign, lines = _campaign_of(notice)
    department = Department.objects.filter(pk=notice.facts["department"], contact_email=notice.address).first()
    lines = lines.at_stage(Attestation.Stage.CONTACT).filter(loan__borrower__department=department)
    number = lines.count() if department else 0
    return _of_others(campaign, number, notice, last_day=campaign.closes_on, department=department)


def _of_others(campaign, number, notice, *, last_day, department=None):
    if not number:
        return None
    with notices.speaking_to(notice.person):
        subject = ngettext("Does somebody still have %(n)d key?", "Do people still have %(n)d keys?", number)
    context = {"campaign": campaign, "subject": subject % {"n": number}, "number": number, "last_day": last_day}
    context |= {"department": department, "link": notices.link("attestation_others", campaign.pk)}
    return notices.render("attestation_others", person=notice.person, context=context)


def _campaign_of(notice):
    campaign = Campaign.objects.filter(pk=notice.facts["campaign"]).first()
    return campaign, Attestation.objects.of(campaign).live()


CONTENTS = {
    "attestation": attestation,
    "attestation_others": attestation_others,
    "attestation_contact": attestation_contact,
}
