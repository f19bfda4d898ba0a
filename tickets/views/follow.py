"""Following a ticket by a secret address: a GET changes nothing, whoever opens it."""

from allauth.core import ratelimit
from csp.constants import NONE
from csp.decorators import csp
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Trust
from accounts.operations import prove_address
from accounts.views.people import KEEPS_THE_PATH
from tickets import operations
from tickets.forms.public import FollowForm
from tickets.models import Comment, Photo, Status, Ticket, TrackingLink
from tickets.tokens import token_of

ALONE = csp({"default-src": [NONE], "sandbox": [True]})  # whatever it is, it does nothing in a browser


@login_not_required
@require_http_methods(["GET", "POST"])
def ticket_follow(request, token):
    """Status, place, replies and photos; reply, confirm, say that it is still broken, and stop mails by POST only."""
    link = link_behind(request, token)
    form = FollowForm(*([request.POST, request.FILES] if request.method == "POST" else []))
    if form.is_bound and form.is_valid():
        answer = form.perform(owner=f"link:{link.pk}", deed=lambda: _done(request, link, form))
        if answer:
            return kept_secret(redirect(request.path))
    ticket = Ticket.objects.for_list().get(pk=link.ticket_id)
    context = {"ticket": ticket, "form": form, "token": token, "person": link.person}
    comments = Comment.objects.public().filter(ticket=ticket).with_files().for_list().prefetch_related("photos")
    context |= {"comments": comments, "photos": ticket.photos.public().filter(comment=None), "link": link}
    context |= {"fresh": FollowForm(initial={"version": ticket.version}), "goes_on": _goes_on(link, ticket)}
    return kept_secret(render(request, "tickets/follow.html", context))


@login_not_required
@require_GET
@ALONE
def ticket_photo(request, token, pk, small=False):
    """A public photo of the ticket that is followed."""
    link = link_behind(request, token)
    photo = Photo.objects.public().filter(ticket=link.ticket, pk=pk).first()
    if photo is None:
        raise Http404
    return kept_secret(picture_of(photo, small))


def picture_of(photo, small):
    """A photo as a file that a browser shows and never runs."""
    try:
        file = (photo.thumbnail if small else photo.image).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type="image/jpeg", filename=f"photo-{photo.pk}.jpg")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _done(request, link, form):
    """One of the things that can be done; whoever does it has read our mail, so that the address is proved.

    The answer is kept with the form's key, and the token is kept nowhere.
    """
    person, values = link.person, form.cleaned_data
    prove_address(address=person.email, how="link to a ticket")
    person.refresh_from_db()
    how = {"ticket": link.ticket, "by": person}
    deed = _deeds(link, how, values).get(request.POST.get("do", "reply"))
    if deed is None:
        raise Http404
    deed()
    return "done"


def _deeds(link, how, values):
    """What the buttons of the page do."""
    seen = how | {"version": values["version"], "trust": Trust.PROVED}
    mails = {"link": link, "by": how["by"]}
    return {
        "reply": lambda: _reply(how, seen, values),
        "confirm": lambda: operations.confirm(**seen),
        "send_back": lambda: operations.send_back(reason=values["text"], **seen),
        "again": lambda: operations.report_again(text=values["text"], **how),
        "watch": lambda: operations.resume_mails(**mails),
        "stop": lambda: operations.stop_mails(**mails),
    }


def _reply(how, seen, values):
    text = values["text"].strip() or (_PHOTOS if values["photos"] else "")
    said = operations.comment(text=text, internal=False, **seen)
    if values["photos"]:
        operations.add_ticket_photos(pictures=values["photos"], comment=said, **how)


def _goes_on(link, ticket):
    """The token under which whoever follows a duplicate follows what it goes on in, or None."""
    if ticket.status != Status.DUPLICATE:
        return None
    other = TrackingLink.objects.where_goes_on(ticket).of(link.person).first()
    return other and token_of(other)


_PHOTOS = "📷"  # a reply that is only a picture


def link_behind(request, token):
    """The link that this token belongs to; whoever tries tokens waits."""
    link = operations.link_of(token)
    if link is None and not ratelimit.consume(request, action="ticket_follow"):
        raise Http404
    if link is None or link.ticket.deleted_at or not link.person.is_active:
        raise Http404
    return link


def kept_secret(response):
    response["Referrer-Policy"] = KEEPS_THE_PATH
    add_never_cache_headers(response)
    return response
