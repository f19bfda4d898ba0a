"""What people do by themselves with a thing they have from us: keep it, keep it longer, say that it is lost."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.forms import DeedForm
from accounts.models import Notice, Trust
from assets import notices, operations
from assets.forms.holdings import DamageForm
from assets.models import Assignment
from keysite.ledger import Refusal

FROM_AFAR = Trust.PROVED  # whoever they are: a clerk who borrows for herself is a borrower like any other


def assignment_extend(request, pk):
    assignment = _own(request, pk)
    return _confirmed(
        request,
        assignment,
        deed=lambda: operations.extend(assignment=assignment, by=request.user, trust=FROM_AFAR),
        template="assets/assignment_extend.html",
        foresee=lambda: _extension_of(assignment),
    )


def assignment_confirm(request, pk):
    assignment = _own(request, pk)
    return _confirmed(
        request,
        assignment,
        deed=lambda: operations.confirm_assignment(assignment=assignment, by=request.user, trust=FROM_AFAR),
        template="assets/assignment_confirm.html",
    )


def assignment_lose(request, pk):
    assignment = _own(request, pk)
    return _confirmed(
        request,
        assignment,
        deed=lambda: operations.report_asset_lost(assignment=assignment, by=request.user, trust=FROM_AFAR),
        template="assets/assignment_lose.html",
    )


def assignment_find(request, pk):
    assignment = _own(request, pk)
    return _confirmed(
        request,
        assignment,
        deed=lambda: operations.report_asset_found(assignment=assignment, by=request.user, trust=FROM_AFAR),
        template="assets/assignment_find.html",
    )


def assignment_damage(request, pk):
    assignment, form = _own(request, pk), DamageForm(request.POST if request.method == "POST" else None)
    return _confirmed(
        request,
        assignment,
        deed=lambda: operations.report_asset_damaged(
            assignment=assignment, by=request.user, trust=FROM_AFAR, note=form.cleaned_data["note"]
        ),
        template="assets/assignment_damage.html",
        form=form,
    )


def asset_receipt(request, public_id):
    """What was done and what the person has now: the same facts as the mail, for whom the mail was for."""
    receipts = Notice.objects.filter(person=request.user, kind="asset_receipt").for_list()
    notice = receipts.filter(public_id=public_id).first()
    if notice is None:
        raise Http404
    return render(request, "assets/asset_receipt.html", notices.receipt_of(notice) | {"notice": notice})


def _own(request, pk):
    return get_object_or_404(Assignment.objects.assigned_to(request.user).for_list(), pk=pk)


def _confirmed(request, assignment, *, deed, template, form=None, foresee=dict):
    """A page that asks once, and says what it ``foresees``; sent, it does the deed and leads to its receipt."""
    form = form or DeedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = form.perform(owner=f"person:{request.user.pk}", deed=lambda: _receipt_after(deed, assignment))
        if answer:
            return redirect(answer)
    return render(request, template, {"form": form, "assignment": assignment} | foresee())


def _receipt_after(deed, assignment):
    deed()
    return reverse("asset_receipt", args=[assignment.receipt.public_id])


def _extension_of(assignment):
    """Until when it would be extended now, or why it cannot be."""
    try:
        return {"until": operations.extended_until(assignment=assignment, trust=FROM_AFAR)}
    except Refusal as refusal:
        return {"refusal": str(refusal)}
