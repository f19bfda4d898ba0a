"""Lost keys: what each opens, and what is done about it; a mail leads here, and only a POST decides."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.trust import trust_of
from keys.models import Door, LossReport

SHOWN = 50


@require_GET
@never_cache
def loss(request, pk):
    """One lost key: who had it, and which doors it opens, the critical ones first."""
    reports = LossReport.objects.visible_to(request.user, trust=trust_of(request))
    report = get_object_or_404(reports.for_list(), pk=pk)
    doors = Door.objects.opened_by([report.key.symbol_id]).critical_first().with_total()[:SHOWN]
    return render(request, "keys/loss.html", {"report": report, "doors": doors})
