"""The desk: one page where a clerk scans keys in and out, with a queue waiting."""

from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import new_once
from accounts.models import Trust
from accounts.trust import staff_only
from keys import operations
from keys.forms.desk import DeskCheckOutForm, LoanForm, ReturnForm
from keys.forms.fields import as_typed
from keys.models import Hold, Key, Loan, ProposedKey
from keys.views.loans import owner

SHOWN = 20  # of each list; the console has the rest


@require_GET
@staff_only("keys.check_out", "keys.return_key")
def desk(request):
    """Everything at once; ``loan`` names what was done just now, ``key`` what was scanned, ``person`` who wants it."""
    context = {"done": _done(request)}
    key = Key.objects.visible_to(request.user).with_code(request.GET.get("key", "")[:200]).for_list().first()
    if key and (loan := Loan.objects.open().of([key]).for_list().first()):
        context |= {"scanned": loan, "returning": ReturnForm(initial={"keys": as_typed(key)}, clerk=request.user)}
    elif key:
        context["taking"] = _begun(request, key)
    return _page(request, **context)


@require_POST
@staff_only("keys.return_key")
def desk_return(request):
    form = ReturnForm(request.POST, clerk=request.user)
    if form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _taken_back(form, request.user))
        if answer:
            return redirect(answer)
    return _page(request, returning=form, form=form)


@require_POST
@staff_only("keys.check_out")
def desk_check_out(request):
    form = DeskCheckOutForm(request.POST, clerk=request.user)
    if form.is_valid() and form.commits:
        answer = form.perform(owner=owner(request), deed=lambda: _checked_out(form, request.user))
        if answer:
            return redirect(answer)
    form.look()
    return _page(request, taking=form, form=form if form.commits else None)


@require_POST
@staff_only("keys.return_key")
def desk_reject(request):
    return _deed_on_loan(request, lambda loan: operations.reject_claim(loan=loan, by=request.user))


@require_POST
@staff_only("keys.undo")
def desk_undo(request):
    return _deed_on_loan(request, lambda loan: operations.undo(loan=loan, by=request.user))


def _deed_on_loan(request, deed):
    form = LoanForm(request.POST, clerk=request.user)
    if not form.is_valid():
        raise Http404
    loan = form.cleaned_data["loan"]
    answer = form.perform(owner=owner(request), deed=lambda: deed(loan) or _address([loan]))
    return redirect(answer) if answer else _page(request, form=form)


def _page(request, **context):
    """The desk, or the part of it that a scan has asked for."""
    now, clerk = timezone.now(), request.user
    loans = Loan.objects.visible_to(clerk).for_list()
    context.setdefault("returning", ReturnForm(clerk=clerk))
    context.setdefault("taking", DeskCheckOutForm(clerk=clerk))
    context["recent"] = _with_forms(loans.undoable(at=now), clerk)
    context["claims"] = _with_forms(loans.claimed().order_by("claimed_at", "pk"), clerk)
    context["ready"] = Hold.objects.visible_to(clerk).live(at=now).for_list()[:SHOWN]
    replaced = ProposedKey.objects.all().loans_to_give_back().visible_to(clerk)
    context["to_give_back"] = replaced.for_list()[:SHOWN]
    context["shown"] = SHOWN
    part = {"desk-return": "keys/_desk_return.html", "desk-check-out": "keys/_desk_check_out.html"}
    template = part.get(request.htmx.target, "keys/desk.html")
    return render(request, template, context | {"part": template != "keys/desk.html"})


def _with_forms(loans, clerk):
    return [(loan, LoanForm(initial={"loan": loan.pk}, clerk=clerk)) for loan in loans[:SHOWN]]


def _begun(request, key):
    """A check-out with its first key in the basket."""
    person = request.GET.get("person", "")
    data = QueryDict(mutable=True)
    data.update({"keys": key.public_code, "borrower": person if person.isdecimal() else "", "once": new_once()})
    form = DeskCheckOutForm(data, clerk=request.user)
    form.is_valid()
    form.look()
    return form


def _done(request):
    wanted = [int(pk) for pk in request.GET.getlist("loan")[:50] if pk.isdecimal() and len(pk) < 19]
    return Loan.objects.visible_to(request.user).filter(pk__in=wanted).for_list() if wanted else []


def _taken_back(form, clerk):
    values = form.cleaned_data
    loans = operations.take_back(keys=values["keys"], by=clerk, condition=values["condition"], trust=Trust.STAFF)
    return _address(loans)


def _checked_out(form, clerk):
    values = form.cleaned_data
    loans = operations.check_out(
        keys=values["keys"],
        borrower=values["borrower"],
        by=clerk,
        trust=Trust.STAFF,
        term=values["term"],
        due_on=values["due_on"],
        take_rest=form.takes_rest,
    )
    return _address(loans)


def _address(loans):
    """The desk again, saying what was done with these loans."""
    return f"{reverse('desk')}?{urlencode({'loan': [loan.pk for loan in loans]}, doseq=True)}"
