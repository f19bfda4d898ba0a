"""Cabinets: when somebody last looked whether the keys hang there, and the page to look with."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.trust import staff_only
from keys import operations
from keys.forms.losses import CountForm
from keys.models import Cabinet
from keys.views.loans import owner

SHOWN = 200


@require_GET
@staff_only("keys.count_keys")
def cabinet_list(request):
    """All cabinets, those that nobody has counted for longest first."""
    return render(request, "keys/cabinet_list.html", {"cabinets": Cabinet.objects.longest_uncounted_first()[:SHOWN]})


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only("keys.count_keys")
def cabinet_count(request, pk):
    """Tick or scan what hangs there, look for the rest, and say what is missing."""
    cabinet = get_object_or_404(Cabinet, pk=pk)
    form = CountForm(request.POST if request.method == "POST" else None, cabinet=cabinet)
    if form.is_bound and form.is_valid() and form.step == "finish":
        answer = form.perform(owner=owner(request), deed=lambda: _counted(request, form, cabinet))
        if answer:
            return redirect(answer)
    return render(request, "keys/cabinet_count.html", {"cabinet": cabinet, "form": form, "step": form.step})


def _counted(request, form, cabinet):
    values = form.cleaned_data
    count = operations.count_cabinet(cabinet=cabinet, there=form.ticked, missing=values["missing"], by=request.user)
    words = {"cabinet": cabinet, "n": count.expected - count.missing, "missing": count.missing}
    said = ngettext("%(cabinet)s: %(n)s key is there.", "%(cabinet)s: %(n)s keys are there.", words["n"]) % words
    if count.missing:
        lost = ngettext("%(missing)s is reported lost.", "%(missing)s are reported lost.", count.missing) % words
        said = f"{said} {lost}"
    messages.success(request, said)
    return reverse("cabinet_list")
