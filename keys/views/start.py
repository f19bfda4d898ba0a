"""Where everybody arrives: the first page, and what a key tag's QR code opens."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import Trust
from accounts.operations import refuse_borrower
from accounts.trust import trust_of
from assets.models import Assignment
from keys import notices, operations
from keys.models import Approval, Attestation, Charge, Door, Hold, Key, Loan, LossReport, ProposedKey
from keys.models.approvals import today
from keys.models.separations import LEAVING_STEPS
from keys.views.loans import FROM_AFAR
from keysite.counting import numbers_of
from keysite.ledger import Refusal

FEES = 5  # of the newest; their own page has the others
DOORS = 200  # more are not listed: whoever has a master knows what it opens


@login_not_required
def start(request):
    if not request.user.is_authenticated:
        return render(request, "keys/start_signed_out.html")
    return render(request, "keys/start.html", _concerning(request.user) | _waiting(request))


@login_not_required
def key_tag(request, code):
    """The QR code of a key tag leads whoever scans it to what they may do; a finder learns where to bring it."""
    key = Key.objects.with_code(code[:200]).for_list().first()
    if key and request.user.is_authenticated:
        return _tag_of(request, key)
    context = {"known": key is not None, "code": code[:40], "here": request.path}
    return render(request, "keys/key_tag_signed_out.html", context, status=200 if key else 404)


def _tag_of(request, key):
    if trust_of(request) == Trust.STAFF and request.user.has_perm("keys.return_key"):
        return redirect(f"{reverse('desk')}?{urlencode({'key': key.public_code})}")
    loan = Loan.objects.held_by(request.user).of([key]).for_list().first()
    preview = operations.preview_check_out(keys=[key], borrower=request.user, trust=FROM_AFAR)
    refusal = preview.refusal or preview.verdicts[key]
    return render(request, "keys/key_tag.html", {"key": key, "loan": loan, "refusal": refusal})


def _concerning(person):
    """What somebody has, what waits for them, and what they are asked."""
    doors = Door.objects.opened_by(Loan.objects.running().borrowed_by(person).symbols())
    return {
        "doors": doors.current().with_total().for_list()[:DOORS],
        "loans": Loan.objects.held_by(person).for_list().order_by("due_at", "pk"),
        "assignments": Assignment.objects.held_by(person).apart().with_contents().for_list().order_by("due_at", "pk"),
        "ready": Hold.objects.kept_for(person).live(at=timezone.now()).for_list(),
        "to_give_back": ProposedKey.objects.filter(proposal__request__person=person).loans_to_give_back().for_list(),
        "fees": Charge.objects.of(person).for_list()[:FEES],
        "receipts": notices.recent_receipts(person),
        "hint": _why_not_now(person),
        "last_day": _last_day(person),
    }


def _waiting(request):
    """What others wait for: one's own keys to confirm, how many requests and lost keys one decides about, and the
    campaigns that ask about keys of others.
    """
    person, trust = request.user, trust_of(request)
    of_others = Attestation.objects.waiting_for(person)
    approvals = Approval.objects.open().in_charge_of(person, trust=trust)
    losses = LossReport.objects.undecided(on=today()).in_charge_of(person, trust=trust)
    questions = [Attestation.objects.live().held_by(person), approvals, losses, of_others]
    names = ("to_confirm", "approvals", "losses", "others")
    numbers = dict(zip(names, numbers_of(questions), strict=True))
    return numbers | {"others": of_others.per_campaign() if numbers["others"] else []}


def _last_day(person):
    """When somebody leaves who is to bring things back by now, or None."""
    asked_from = person.leaves_on and person.leaves_on + timedelta(days=LEAVING_STEPS[0])
    return person.leaves_on if asked_from and asked_from <= today() else None


def _why_not_now(person):
    """Why ``person`` cannot check out anything at the moment, or nothing."""
    try:
        refuse_borrower(person, now=timezone.now())
    except Refusal as refusal:
        return str(refusal)
    return ""
