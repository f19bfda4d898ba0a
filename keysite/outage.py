"""What is shown when something of ours fails: the database is away for a moment, or the code is at fault."""

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string

log = logging.getLogger(__name__)
BACK_IN_SECONDS = 5  # PostgreSQL recovers from a crash in two or three


def server_error(request):
    """503 while the database is away or too busy, so that browsers and proxies know to come back; else 500.

    Nothing was done halfway: a deed is one transaction, and its form may be sent again as it is. The pages are
    rendered without the request, because whoever it comes from is in the database.
    """
    error = sys.exc_info()[1]
    if not isinstance(error, InterfaceError | OperationalError):
        return HttpResponse(render_to_string("500.html"), status=500)
    log.error("The database does not serve: %s", str(error).partition("\n")[0])
    response = HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": BACK_IN_SECONDS})
    response._has_been_logged = True  # a traceback per request says no more
    return response
