"""Deciding on requests for keys: what waits, and one of them; a mail leads here, and only a POST decides."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms import DeedForm
from accounts.trust import trust_of
from keys import operations
from keys.forms.requests import DecisionForm, DelegationForm
from keys.models import Approval, Delegation, Door, KeySymbol, Proposal
from keys.models.approvals import today
from keys.views.loans import owner
from keysite.ledger import Refusal

SHOWN = 50


@require_http_methods(["GET", "POST"])
@never_cache
def approval_list(request):
    """What waits for one's word, the oldest first, and who decides while one is away."""
    own = Delegation.objects.filter(person=request.user, until__gte=today(), ended_at=None).select_related("deputy")
    ends = request.POST.get("end", "")
    ending = get_object_or_404(own, pk=ends if ends.isdecimal() and len(ends) < 10 else 0) if ends else None
    sent = request.POST if request.method == "POST" else None
    form = DeedForm(sent) if ending else DelegationForm(sent, person=request.user)
    if form.is_bound and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _delegated(request, form, ending))
        if answer:
            return redirect(answer)
    steps = Approval.objects.open().in_charge_of(request.user, trust=trust_of(request)).for_list()[:SHOWN]
    context = {"steps": steps, "form": DelegationForm(person=request.user) if ending else form, "delegations": own}
    return render(request, "keys/approval_list.html", context | {"ends": DeedForm()})


@require_http_methods(["GET", "POST"])
@never_cache
def approval(request, pk):
    """Who asks for what, which doors the keys open, and the other ways there are; approve, reject, or ask back."""
    steps = Approval.objects.for_decider(request.user, trust=trust_of(request))
    step = get_object_or_404(steps.for_list(), pk=pk)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _decided(request, form, step))
        if answer:
            return redirect(answer)
    proposal = Proposal.objects.current().filter(request=step.request).first()
    number = step.doors.count()
    context = {"step": step, "form": form, "request_row": step.request, "proposal": proposal, "ways": _ways(proposal)}
    context |= {"seen": operations.as_seen(proposal, number), "doors": _doors(step), "number_of_doors": number}
    context |= {"others": Approval.objects.needed().filter(request=step.request).exclude(pk=pk).for_list()}
    context |= {"messages_said": step.request.messages.select_related("by")}
    return render(request, "keys/approval.html", context)


def _decided(request, form, step):
    values, do = form.cleaned_data, request.POST.get("do")
    how = {"approval": step, "by": request.user, "trust": trust_of(request)}
    if do == "approve":
        operations.approve_request(comment=values["text"], way=values["way"], seen=values["seen"] or "-", **how)
        messages.success(request, _("You have agreed."))
    elif do == "reject":
        operations.reject_request(reason=values["text"], **how)
        messages.success(request, _("The request is rejected; whoever asked reads why."))
    else:
        _discussed(do, values, how)
    return reverse("approval_list")


def _discussed(do, values, how):
    """Neither yes nor no: a question, or other keys."""
    if do == "ask":
        said = {"request": how["approval"].request, "text": values["text"], "ask_back": True}
        operations.write_message(**said, by=how["by"], trust=how["trust"])
    elif do == "way" and values["way"] is not None:
        operations.choose_way(way=values["way"], reason=values["text"], seen=values["seen"] or "-", **how)
    else:
        raise Refusal(_("Say what is to be done: approve, reject, ask back, or choose other keys."))


def _delegated(request, form, ending):
    if ending:
        operations.end_delegation(delegation=ending, by=request.user)
    else:
        values = {name: form.cleaned_data[name] for name in ("deputy", "since", "until")}
        operations.delegate_approvals(by=request.user, **values)
    return reverse("approval_list")


def _doors(step):
    """The doors that the step is about, critical ones first."""
    doors = Door.objects.filter(pk__in=step.doors.values("door")).select_related("building")
    return doors.order_by("-criticality", "label", "pk")[:SHOWN]


def _ways(proposal):
    """The alternatives by name, each with its number and whether it is the one proposed."""
    if proposal is None:
        return []
    ids = {symbol for way in proposal.ways for symbol in way["hand_out"]}
    symbols = KeySymbol.objects.in_bulk(ids)
    doors = Door.objects.select_related("building").in_bulk({door for way in proposal.ways for door in way["doors"]})
    chosen = sorted(line.symbol_id for line in proposal.keys.to_hand_out())
    return [
        {
            "number": number,
            "keys": [symbols[pk] for pk in way["hand_out"]],
            "cut": len(way["cut"]),
            "beyond": way["beyond"],
            "doubled": [symbols[pk] for pk in way.get("doubled", [])],
            "doors": [doors[pk] for pk in way["doors"]],
            "chosen": sorted(way["hand_out"]) == chosen,
        }
        for number, way in enumerate(proposal.ways)
    ]
