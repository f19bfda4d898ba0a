"""What borrowers do with keys by themselves: check out, renew, say that one is back, lost or found."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.forms import DeedForm
from accounts.models import Notice, Trust
from keys import notices, operations
from keys.forms.fields import as_typed
from keys.forms.loans import CheckOutForm, LossForm
from keys.models import Key, Loan
from keysite.ledger import Refusal

FROM_AFAR = Trust.PROVED  # whoever they are: a clerk who borrows for herself is a borrower like any other


def loan_check_out(request):
    sent = request.POST if request.method == "POST" else None
    scanned = [] if sent else Key.objects.with_code(request.GET.get("key", "")[:200]).for_list()
    form = CheckOutForm(sent, initial={"keys": [as_typed(key) for key in scanned]})
    if sent and form.is_valid() and not form.grows:
        answer = form.perform(owner=owner(request), deed=lambda: _checked_out(form, request.user))
        if answer:
            return redirect(answer)
    preview = form.preview(borrower=request.user, trust=FROM_AFAR)
    return render(request, "keys/loan_check_out.html", {"form": form, "preview": preview})


def loan_renew(request, pk):
    loan = _own(request, pk)
    return _confirmed(
        request,
        loan,
        deed=lambda: operations.renew(loan=loan, by=request.user, trust=FROM_AFAR),
        template="keys/loan_renew.html",
        foresee=lambda: _renewal_of(loan),
    )


def loan_return(request, pk):
    loan = _own(request, pk)
    return _confirmed(
        request,
        loan,
        deed=lambda: operations.claim_return(loan=loan, by=request.user, trust=FROM_AFAR),
        template="keys/loan_return.html",
    )


def loan_lose(request, pk):
    loan, form = _own(request, pk), LossForm(request.POST if request.method == "POST" else None)
    return _confirmed(
        request,
        loan,
        deed=lambda: operations.report_lost(
            loan=loan,
            by=request.user,
            trust=FROM_AFAR,
            **{name: form.cleaned_data[name] for name in ("loss", "words", "police")},
        ),
        template="keys/loan_lose.html",
        form=form,
    )


def loan_find(request, pk):
    loan = _own(request, pk)
    return _confirmed(
        request,
        loan,
        deed=lambda: operations.report_found(loan=loan, by=request.user, trust=FROM_AFAR),
        template="keys/loan_find.html",
    )


def receipt(request, public_id):
    """What was done and what the person holds now: the same facts as the mail, for whom the mail was for."""
    receipts = Notice.objects.filter(person=request.user, kind="loan_receipt").for_list()
    notice = receipts.filter(public_id=public_id).first()
    if notice is None:
        raise Http404
    return render(request, "keys/receipt.html", notices.receipt_of(notice) | {"notice": notice})


def owner(request):
    """Whose one-time keys the forms of this request carry."""
    return f"person:{request.user.pk}"


def _own(request, pk):
    return get_object_or_404(Loan.objects.borrowed_by(request.user).for_list(), pk=pk)


def _confirmed(request, loan, *, deed, template, form=None, foresee=dict):
    """A page that asks once, and says what it ``foresees``; sent, it does the deed and leads to its receipt."""
    form = form or DeedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _receipt_after(deed, loan))
        if answer:
            return redirect(answer)
    return render(request, template, {"form": form, "loan": loan} | foresee())


def _renewal_of(loan):
    """Until when the loan would be renewed now, or why it cannot be."""
    try:
        return {"until": operations.renewed_until(loan=loan, trust=FROM_AFAR)}
    except Refusal as refusal:
        return {"refusal": str(refusal)}


def _receipt_after(deed, loan):
    deed()
    return _receipt_address(loan)


def _checked_out(form, person):
    values = form.cleaned_data
    loans = operations.check_out(
        keys=values["keys"], borrower=person, by=person, trust=FROM_AFAR, due_on=values["due_on"]
    )
    return _receipt_address(loans[0])


def _receipt_address(loan):
    return reverse("receipt", args=[loan.receipt.public_id])
