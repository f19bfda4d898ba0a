"""The key shop's queue: what to cut, what to check, what to bring to the desk."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.trust import staff_only
from keys import operations
from keys.forms.requests import JobForm
from keys.models import CuttingJob
from keys.views.loans import owner

SHOWN = 100
DEEDS = {
    "cut": (operations.cut_key, _("Cut. Now somebody looks whether it fits.")),
    "check": (operations.check_cut_key, _("Checked. Bring it to the desk.")),
    "deliver": (operations.deliver_key, _("Delivered. Whoever asked for it gets a mail.")),
    "cancel": (operations.cancel_job, _("Not cut any more.")),
}


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only("keys.cut_key")
def cutting_list(request):
    """What waits in the shop, in the order in which it came; each step is one button."""
    form = JobForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _done(request, form))
        if answer:
            return redirect(answer)
    jobs = CuttingJob.objects.open().for_list()[:SHOWN]
    return render(request, "keys/cutting_list.html", {"jobs": jobs, "form": form, "fresh": JobForm()})


def _done(request, form):
    values = form.cleaned_data
    deed, said = DEEDS.get(values["do"], (None, ""))
    if deed is None:
        raise Http404
    job = get_object_or_404(CuttingJob.objects.for_list(), pk=values["job"])
    more = {"reason": values["reason"]} if deed is operations.deliver_key else {}
    deed(job=job, by=request.user, **more)
    messages.success(request, said)
    return reverse("cutting_list")
