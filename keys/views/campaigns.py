"""Confirming keys: one's own, and those of others; and what a campaign has come to."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Department
from accounts.trust import staff_only, trust_of
from keys import operations
from keys.forms.campaigns import OTHERS_WORDS, OthersKeysForm, OwnKeysForm
from keys.models import Attestation, Campaign, LossReport
from keys.models.results import buildings_of, results_of, said_of_sample
from keys.views.loans import FROM_AFAR, owner
from keysite.console.pages import asked_page
from keysite.console.scope import row_id
from keysite.ledger import Refusal

SHOWN, PER_PAGE, WRONG_SHOWN = 200, 50, 100


@require_http_methods(["GET", "POST"])
@never_cache
def attestation_own(request):
    """All my keys, one row of choices each; what was answered may be corrected while the campaign is open."""
    rows = Attestation.objects.held_by(request.user).asked().for_list().order_by("campaign__closes_on", "pk")
    lines = [line for line in rows[:SHOWN] if line.loan.is_running or line.answer]
    form = OwnKeysForm(request.POST if request.method == "POST" else None, lines=lines)
    if form.is_bound and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _own_answered(request, form))
        if answer:
            return redirect(answer)
    return render(request, "keys/attestation_own.html", {"form": form, "lines": lines})


@require_http_methods(["GET", "POST"])
@never_cache
def attestation_others(request, pk):
    """What others have not confirmed, for whoever answers for them: tick some and say what is so."""
    campaign = get_object_or_404(Campaign.objects.for_list(), pk=pk)
    mine = Attestation.objects.of(campaign).answerable_by(request.user, trust=trust_of(request))
    mine = mine.asked().exclude(loan__borrower=request.user).by_name()
    form = OthersKeysForm(request.POST if request.method == "POST" else None, lines=mine)
    if form.is_bound and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _others_answered(request, form))
        if answer:
            return redirect(answer)
    done = request.GET.get("show") == "answered"
    page = asked_page(request.GET, mine.answered() if done else mine.live(), size=PER_PAGE)
    context = {"campaign": campaign, "form": form, "page": page, "done": done, "answers": OTHERS_WORDS.items()}
    return render(request, "keys/attestation_others.html", context)


@require_GET
@staff_only("keys.view_campaign")
def campaign(request, pk):
    """What it has come to so far, and what was done about what was wrong."""
    row = get_object_or_404(Campaign.objects.visible_to(request.user).for_list(), pk=pk)
    results = results_of(row)
    lines = Attestation.objects.of(row).visible_to(request.user).wrong()
    wrong = list(lines.for_list()[: WRONG_SHOWN + 1])
    context = {"campaign": row, "results": results, "more": len(wrong) > WRONG_SHOWN} | _tables(row, results)
    context |= {"wrong": _with_reports(wrong[:WRONG_SHOWN]), "sample": _sample(request, row, results)}
    return render(request, "keys/campaign.html", context)


@require_GET
@staff_only("keys.view_campaign")
def campaign_summary(request, pk):
    """What a department signs: each key of its people and what was answered; without one, of those who have none."""
    row = get_object_or_404(Campaign.objects.visible_to(request.user).for_list(), pk=pk)
    given = request.GET.get("department", "")
    department = get_object_or_404(Department, pk=row_id(given)) if given else None
    lines = Attestation.objects.of(row).visible_to(request.user).filter(loan__borrower__department=department)
    context = {"campaign": row, "department": department, "lines": lines.with_outcome().by_name()}
    return render(request, "keys/campaign_summary.html", context)


def _own_answered(request, form):
    number = operations.answer_attestations(answers=form.answers, by=request.user, trust=FROM_AFAR)
    messages.success(request, _noted(number))
    return reverse("attestation_own")


def _others_answered(request, form):
    number = operations.answer_attestations(answers=form.answers, by=request.user, trust=trust_of(request))
    messages.success(request, _noted(number))
    return request.get_full_path()


def _noted(number):
    if not number:
        raise Refusal(_("Choose an answer for at least one key."))
    return ngettext("Thank you: %(n)d answer is noted.", "Thank you: %(n)d answers are noted.", number) % {"n": number}


def _tables(row, results):
    """The numbers by who was asked, by department and by building: each row with its label and where it leads."""
    summary = reverse("campaign_summary", args=[row.pk])
    departments = [
        (name or _("Without a department"), tally, f"{summary}?department={number or ''}")
        for number, name, tally in results.departments
    ]
    return {
        "stages": [(stage.label, tally, "") for stage, tally in results.stages.items() if tally.total],
        "departments": departments,
        "buildings": [(building, tally, "") for building, tally in buildings_of(row)],
    }


def _with_reports(lines):
    """Each wrong line with the loss report of its loan, if there is one."""
    reports = LossReport.objects.filter(loan__in=[line.loan_id for line in lines])
    by_loan = {report.loan_id: report for report in reports.order_by("pk")}
    return [(line, by_loan.get(line.loan_id)) for line in lines]


def _sample(request, row, results):
    """What a sample says about the others, and on request whether the same keys are drawn again."""
    if not row.is_sample:
        return None
    population, drawn = row.candidates.count(), results.sample.total
    sample = {"population": population, "drawn": drawn, "words": said_of_sample(row, results, population)}
    if "again" in request.GET:
        asked = row.attestations.sampled().order_by("loan").values_list("loan", flat=True)
        sample["again"] = list(asked) == row.drawn(drawn)
    return sample
