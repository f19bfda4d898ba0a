"""Calendars for other programs: secret addresses, and what is read there."""

from allauth.core.internal.ratelimit import consume, handler429
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import DeedForm
from accounts.models import Trust
from accounts.notices import link
from accounts.trust import trust_of
from assets import operations
from assets.forms.reservations import FeedForm
from assets.ical import ical
from assets.models import CalendarFeed
from assets.views.borrow import owner
from assets.views.reservations import own_page


@require_POST
@never_cache
def feed_make(request):
    """A new secret address; it is on the page that answers, and nowhere else."""
    for_models = trust_of(request) == Trust.STAFF and operations.may_see_dates(request.user)
    form, token = FeedForm(request.POST, for_models=for_models), []
    if form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _made(form, request.user, token))
        if token:
            context = {"address": link("calendar_feed", token[0]), "model": form.cleaned_data["model"]}
            return render(request, "assets/feed_made.html", context)
        if answer:
            messages.warning(request, _("The address was shown once. Make a new one if you have not copied it."))
            return redirect(answer)
    return render(request, "assets/reservation_list.html", own_page(request, form=form))


@require_POST
def feed_revoke(request, pk):
    feed, form = get_object_or_404(CalendarFeed.objects.filter(person=request.user), pk=pk), DeedForm(request.POST)
    if form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _revoked(feed, request.user))
        if answer:
            messages.success(request, _("The address no longer works."))
            return redirect(answer)
    return render(request, "assets/reservation_list.html", own_page(request, form=form))


@require_GET
@never_cache
@login_not_required
def calendar_feed(request, token):
    """The dates behind a secret address, as they are now; whoever tries addresses is soon told to wait."""
    feed = operations.feed_of(token[:200]) if token.isprintable() else None
    if feed is None:
        if not consume(request, app="allauth.account", action="calendar_feed", limit_get=True):
            return handler429(request)
        raise Http404(_("There is no calendar at this address. Make a new address on your page of reservations."))
    name = f"{settings.SITE_NAME}: {feed.model}" if feed.model else settings.SITE_NAME
    response = HttpResponse(ical(name, operations.entries_of(feed)), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="keysite.ics"'
    return response


def _made(form, person, token):
    token.append(operations.make_calendar_feed(person=person, by=person, model=form.cleaned_data["model"]))
    return reverse("reservation_list")


def _revoked(feed, person):
    operations.revoke_calendar_feed(feed=feed, by=person)
    return reverse("reservation_list")
