"""What there is to borrow, when it is free, and asking for it."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Trust
from accounts.trust import staff_only
from assets import operations
from assets.forms.reservations import FeedForm, RequestForm
from assets.models import AssetModel

FROM_AFAR = Trust.PROVED  # whoever they are: a clerk who borrows for herself is a borrower like any other
PER_PAGE = 24
NOW = timedelta(minutes=1)


@require_GET
def model_list(request):
    """The models of which something is lent, and how many are free now; nobody's name."""
    text = request.GET.get("q", "")[:200].strip()
    models = AssetModel.objects.lendable().for_list()
    page = Paginator(models.search(text) if text else models, PER_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    pools = operations.pools_of([model.pk for model in page], now=now)
    rows = [(model, pools[model.pk].free(now, now + NOW), len(pools[model.pk].units)) for model in page]
    return render(request, "assets/model_list.html", {"page": page, "rows": rows, "text": text})


@require_http_methods(["GET", "POST"])
def model_borrow(request, pk):
    """A model's calendar, and the form that asks for one."""
    model = get_object_or_404(AssetModel.objects.lendable().for_list(), pk=pk)
    form = RequestForm(request.POST if request.method == "POST" else None, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _reserved(form, model, request.user))
        if answer:
            messages.success(request, _("You have asked for it. The desk decides, and you get a mail."))
            return redirect(answer)
    context = {"form": form, "model": model, "month": operations.month_of(model, request.GET.get("month", "")[:7])}
    return render(request, "assets/model_borrow.html", context | {"zone": settings.TIME_ZONE})


@require_GET
@staff_only("assets.view_reservation")
def model_calendar(request, pk):
    """The same calendar, with who has what."""
    model = get_object_or_404(AssetModel.objects.for_list(), pk=pk)
    month = operations.month_of(model, request.GET.get("month", "")[:7])
    claims, out = operations.dates_of_model(model, *month.span, person=request.user)
    context = {"model": model, "month": month, "claims": claims, "out": out, "zone": settings.TIME_ZONE}
    return render(request, "assets/model_calendar.html", context | {"feed": FeedForm(initial={"model": model.pk})})


def owner(request):
    """Whose one-time keys the forms of this request carry."""
    return f"person:{request.user.pk}"


def _initial(request):
    """The day that was chosen in the calendar."""
    try:
        day = parse_date(request.GET.get("day", "")[:10])
    except ValueError:
        day = None
    return {"from_day": day, "to_day": day}


def _reserved(form, model, person):
    start, end = form.span()
    purpose = form.cleaned_data["purpose"]
    operations.reserve(
        person=person, model=model, starts_at=start, ends_at=end, by=person, trust=FROM_AFAR, purpose=purpose
    )
    return reverse("reservation_list")
