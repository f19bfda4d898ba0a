"""Lost keys: what waits, what each opens, and what is done about it; a mail leads here, and only a POST decides."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Trust
from accounts.trust import trust_of
from keys import operations
from keys.forms.losses import LossDecisionForm
from keys.models import Door, Loan, LossReport
from keys.models.approvals import today
from keys.models.impacts import impact_of
from keys.views.loans import owner
from keysite.console.pages import asked_page

PER_PAGE, DOORS, HOLDERS = 48, 48, 30
MINE = "mine"
SHOWS = {
    "open": (gettext_lazy("Open"), lambda rows: rows.open()),
    "undecided": (gettext_lazy("To decide"), lambda rows: rows.undecided(on=today())),
    "accepted": (gettext_lazy("Accepted"), lambda rows: rows.accepted(on=today())),
    "to_rekey": (gettext_lazy("To be rekeyed"), lambda rows: rows.to_rekey()),
    "past_threshold": (gettext_lazy("Too many lost"), lambda rows: rows.past_threshold()),
    "closed": (gettext_lazy("Closed"), lambda rows: rows.closed()),
}


@require_GET
@never_cache
def loss_list(request):
    """What waits for one's word; staff see all lost keys besides, by what is decided about them."""
    trust = trust_of(request)
    staff = trust == Trust.STAFF and request.user.has_perm("keys.view_lossreport")
    show = request.GET.get("show", "")
    label, choose = SHOWS.get(show if staff else "", (gettext_lazy("Mine to decide"), None))
    rows = LossReport.objects.visible_to(request.user, trust=trust)
    mine = LossReport.objects.undecided(on=today()).in_charge_of(request.user, trust=trust)
    page = asked_page(request.GET, (choose(rows) if choose else mine).for_list(), size=PER_PAGE)
    tabs = [(MINE, gettext_lazy("Mine to decide")), *((name, one[0]) for name, one in SHOWS.items())] if staff else []
    context = {"page": page, "tabs": tabs, "show": show if choose else MINE, "label": label}
    return render(request, "keys/loss_list.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def loss(request, pk):
    """One lost key: which doors it opens, the critical ones first, what each way would cost; and the decision."""
    trust = trust_of(request)
    report = get_object_or_404(LossReport.objects.visible_to(request.user, trust=trust).for_list(), pk=pk)
    form = LossDecisionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _decided(request, form, report, trust))
        if answer:
            return redirect(answer)
    theirs = LossReport.objects.decidable(on=today()).in_charge_of(request.user, trust=trust)
    context = {"report": report, "form": form, "decides": theirs.filter(pk=pk).exists()}
    return render(request, "keys/loss.html", context | _at_risk(request, report, trust))


def _at_risk(request, report, trust):
    symbol = report.key.symbol
    doors = Door.objects.opened_by([symbol.pk]).critical_first()
    loans = Loan.objects.running().of(symbol.keys.all()).visible_to(request.user).by_borrower()
    others = LossReport.objects.open().visible_to(request.user, trust=trust).filter(key__symbol=symbol)
    return {
        "impact": impact_of(symbol),
        "currency": settings.CURRENCY,
        "page": asked_page(request.GET, doors, size=DOORS),
        "is_staff": trust == Trust.STAFF,
        "holders": loans[: HOLDERS + 1] if trust == Trust.STAFF else [],
        "shown": HOLDERS,
        "others": others.exclude(pk=report.pk).for_list()[:HOLDERS],
    }


def _decided(request, form, report, trust):
    operations.decide_loss(report=report, by=request.user, trust=trust, **form.asked())
    messages.success(request, _("It is decided: %(status)s.") % {"status": report.status})
    return reverse("loss", args=[report.pk])
