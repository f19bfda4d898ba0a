"""Fees: what somebody is charged and can appeal against, and taking the money at the desk."""

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Trust
from accounts.trust import staff_only
from keys import operations
from keys.forms.charges import AppealForm, PaymentForm
from keys.models import Charge
from keys.models.fees import money
from keys.views.loans import owner

SHOWN = 100


@require_GET
@never_cache
def charge_list(request):
    """All that the person was ever charged: what is open first."""
    charges = list(Charge.objects.of(request.user).for_list()[:SHOWN])
    opened = [charge for charge in charges if charge.is_open]
    settled = [charge for charge in charges if not charge.is_open]
    owed = sum(charge.amount for charge in opened if not charge.is_appealed)
    context = {"open": opened, "settled": settled, "owed": owed and money(owed)}
    return render(request, "keys/charge_list.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def charge_appeal(request, pk):
    """Ask in writing that a fee be waived; once."""
    charge = get_object_or_404(Charge.objects.of(request.user).for_list(), pk=pk)
    form = AppealForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _appealed(request.user, charge, form))
        if answer:
            return redirect(answer)
    return render(request, "keys/charge_appeal.html", {"charge": charge, "form": form})


@require_http_methods(["GET", "POST"])
@staff_only("keys.charge")
def charge_pay(request, pk):
    """Somebody pays at the desk: the whole fee, with the number of the receipt."""
    charge = get_object_or_404(Charge.objects.visible_to(request.user).for_list(), pk=pk)
    form = PaymentForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _paid(request.user, charge, form))
        if answer:
            return redirect(answer)
    return render(request, "keys/charge_pay.html", {"charge": charge, "form": form})


def _appealed(person, charge, form):
    operations.appeal_charge(charge=charge, by=person, text=form.cleaned_data["text"], trust=Trust.PROVED)
    return reverse("charge_list")


def _paid(clerk, charge, form):
    values = {name: form.cleaned_data[name] for name in ("note", "paid_on")}
    operations.pay_charge(charge=charge, by=clerk, **values)
    return f"{reverse('desk')}?{urlencode({'loan': charge.loan_id})}"
