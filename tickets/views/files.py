"""Files that came by mail: for download only, to whom the thread or the mail is shown."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET

from accounts.trust import staff_only
from tickets.models import Attachment, ParkedMail
from tickets.views.follow import ALONE, kept_secret, link_behind


@login_not_required
@require_GET
@ALONE
def ticket_file(request, token, pk):
    """A file in the public thread of the ticket that is followed."""
    link = link_behind(request, token)
    return kept_secret(_download(Attachment.objects.public().filter(comment__ticket=link.ticket), pk))


@require_GET
@staff_only("tickets.view_ticket")
@ALONE
def ticket_staff_file(request, number, pk):
    """A file in the thread of this ticket, those of notes only for whom the role lets see them."""
    return _private(_download(Attachment.objects.visible_to(request.user).filter(comment__ticket__number=number), pk))


@require_GET
@staff_only("tickets.view_parkedmail")
@ALONE
def parked_file(request, pk):
    """A file of a mail that waits, or of which a ticket was made."""
    mails = ParkedMail.objects.visible_to(request.user)
    return _private(_download(Attachment.objects.filter(mail__in=mails), pk))


def _download(files, pk):
    """The file under the name that its sender gave it; no browser shows or runs it."""
    row = files.filter(pk=pk).first()
    try:
        file = row and row.file.open("rb")
    except FileNotFoundError:
        file = None
    if file is None:
        raise Http404
    response = FileResponse(file, as_attachment=True, filename=str(row), content_type="application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _private(response):
    patch_cache_control(response, private=True, no_store=True)
    return response
