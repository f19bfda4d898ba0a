"""What is written to who has an old key: a new one is ready, and later the old one is wanted back, or the new one."""

from django.utils.translation import gettext_lazy as _

from accounts import notices
from keys.models import KeySwap

SUBJECTS = {
    "ready": _("Doors get new cylinders: your new key %(symbol)s is ready"),
    "back": _("Please bring back your old key %(key)s"),
    "in_vain": _("Please bring back your new key %(symbol)s"),
}
STILL = {  # of whom it is still true when the mail is sent
    "ready": KeySwap.objects.outstanding,
    "back": KeySwap.objects.to_bring_back,
    "in_vain": KeySwap.objects.in_vain,
}


def swap_ready(swap, *, by):
    """The new key is kept ready; again whenever it is kept anew."""
    _post([swap], "ready", by=by, once=f":{swap.hold_id}")


def old_keys_wanted(swaps):
    """To who has the new key, and the old one, which opens nothing any more; once per key."""
    _post(swaps, "back", by=None)


def new_keys_wanted(swaps, *, by):
    """To who has a new key for doors that keep their cylinders after all; once per key."""
    _post(swaps, "in_vain", by=by)


def _post(swaps, event, *, by, once=""):
    letters = [
        notices.letter(
            kind="key_swap",
            person=swap.loan.borrower,
            facts={"swap": swap.pk, "event": event},
            once_per=f"key_swap:{swap.pk}:{event}{once}",
            by=by,
        )
        for swap in swaps
    ]
    if letters:
        notices.post_all(letters)


def key_swap(notice):
    """What is to be fetched or brought, as it is when the mail is sent; nothing, when that is done by then."""
    event = notice.facts["event"]
    swap = STILL[event]().with_use().for_list().filter(pk=notice.facts["swap"]).first()
    if swap is None or event == "ready" and (swap.hold is None or swap.hold.ended_at):
        return None
    with notices.speaking_to(notice.person):
        subject = SUBJECTS[event] % {"symbol": swap.symbol, "key": swap.loan.key}
    context = {"swap": swap, "event": event, "subject": subject, "link": notices.link("start")}
    return notices.render("key_swap", person=notice.person, context=context)


CONTENTS = {"key_swap": key_swap}
