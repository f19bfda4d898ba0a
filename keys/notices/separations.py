"""What is written to people who leave, and to the contact of their department."""

from django.utils.translation import gettext_lazy as _

from accounts import notices
from keys.models import Separation
from keys.models.separations import THINGS_SAID

SUBJECT = _("Before you leave: please bring back or hand over what is yours")
OWN_AFFAIRS = {"fees", "requests", "sponsored"}  # which nobody at a department can settle for them
CONTACT_SUBJECT = _("%(person)s leaves, and something is open")


def leaving(steps):
    """``steps`` maps separations to the step they have reached: one mail each, and from the last day on one to the
    department's contact; written before, they stay as they are.
    """
    letters = []
    for separation, step in steps.items():
        once = f"leaving:{separation.pk}:{separation.leaves_on}:{step}"
        person, facts = separation.person, {"separation": separation.pk}
        if person.is_active:
            letters.append(notices.letter(kind="leaving", person=person, facts=facts, once_per=once))
        contact = person.department.contact_email if person.department and step >= 0 else ""
        if contact:
            to = {"address": contact, "once_per": f"{once}:contact"}
            letters.append(notices.letter(kind="leaving_contact", facts=facts, **to))
    if letters:
        notices.post_all(letters)


def _letter(notice, kind, subject, *, kinds):
    """As it is when it is sent: who is cleared, or has settled all of these ``kinds``, hears nothing."""
    rows = Separation.objects.open().with_counts().for_list()
    row = rows.filter(pk=notice.facts["separation"]).first()
    numbers = {name: getattr(row, f"with_{name}") for name in kinds} if row else {}
    if not any(numbers.values()):
        return None
    with notices.speaking_to(notice.person):
        said = [THINGS_SAID[name] % {"n": n} for name, n in numbers.items() if n]
        subject = subject % {"person": row.person.name or row.person.email}
    context = {"separation": row, "things": said, "subject": subject, "link": notices.link("start")}
    return notices.render(kind, person=notice.person, context=context)


def leaver(notice):
    return _letter(notice, "leaving", SUBJECT, kinds=list(THINGS_SAID))


def contact(notice):
    kinds = [kind for kind in THINGS_SAID if kind not in OWN_AFFAIRS]
    return _letter(notice, "leaving_contact", CONTACT_SUBJECT, kinds=kinds)


CONTENTS = {"leaving": leaver, "leaving_contact": contact}
