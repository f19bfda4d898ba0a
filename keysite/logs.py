"""The log: one line per request, an id on every line of a request or task, and nothing that says who it was."""

import logging
import re
import time
import traceback
import uuid
from contextvars import ContextVar

from celery import current_app
from django.conf import settings

log = logging.getLogger("keysite.requests")
CURRENT = ContextVar("request", default=None)
GIVEN_ID = re.compile(r"[0-9a-fA-F-]{8,64}")  # a proxy's id; anything else could be words of a visitor
HIDDEN = [
    (re.compile(r"[^\s@<>\"'(),;:/*]+@[\w-]+(\.[\w-]+)+"), "<address>"),
    (re.compile(r"\)=\(.*\)"), ")=(…)"),  # PostgreSQL on a row that breaks a constraint: Key (email)=(…)
    (re.compile(r"\bip=\S+"), "ip=…"),
    (re.compile(r"\b([A-Z]{3,7}) /\S+"), r"\1 …"),  # gunicorn on a request that it could not read
]
QUOTED = re.compile(r"(?<!\w)b?('[^']*'|\"[^\"]*\"|“[^”]*”)")
A_NAME_OF_OURS = re.compile(r"[a-z_/][a-z0-9_./-]*")  # a column, a constraint, a module, a file

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"current": {"()": "keysite.logs.CurrentFilter"}},
    "formatters": {
        "line": {
            "()": "keysite.logs.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s [%(current)s] %(message)s",
            "datefmt": "%Y-%m-%dT%H:%M:%SZ",
        }
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["current"]},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},  # what was refused is in the request's line
        "mail.log": {"level": "WARNING"},  # each word of each mail server that hands over mail
        "apprise": {"handlers": ["nowhere"], "level": "WARNING", "propagate": False},  # it says who was written to
        "gunicorn.error": {"handlers": ["console"], "propagate": False},
    },
}


class RequestLogMiddleware:
    """Gives each request an id, sends it back as ``X-Request-ID``, and writes one line when it is answered.

    The line names the page by its route, because paths carry tokens and queries carry names.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.headers.get("X-Request-ID", "")
        request.id = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        mark, began = CURRENT.set(request), time.monotonic()
        try:
            response = self.get_response(request)
            taken = (time.monotonic() - began) * 1000
            log.info("%s %s %s %.0f ms", request.method, _page(request), response.status_code, taken)
        finally:
            CURRENT.reset(mark)
        response["X-Request-ID"] = request.id
        return response


class CurrentFilter(logging.Filter):
    """Notes on each record which request or task it belongs to."""

    def filter(self, record):
        record.current = current_id() or "-"
        return True


class LineFormatter(logging.Formatter):
    """Leaves out what may say who it was: addresses, paths, and values that somebody typed."""

    converter = time.gmtime

    def formatMessage(self, record):
        request = CURRENT.get()
        if request and len(request.path) > 1:
            record.message = record.message.replace(request.path, _page(request))
        record.message = without_persons(record.message)
        return super().formatMessage(record)

    def formatException(self, exc_info):
        return "\n".join(_lines(exc_info[1]))


def current_id():
    """The id of the request that is being answered, or of the one that a task goes back to; None elsewhere."""
    if request := CURRENT.get():
        return request.id
    task = current_app.current_task
    return task and (task.request.root_id or task.request.id)


def without_persons(text):
    """The text in one line, without addresses and without quoted values, which may be anybody's."""
    text = QUOTED.sub(_unless_ours, text).replace("\n", " ")
    for pattern, instead in HIDDEN:
        text = pattern.sub(instead, text)
    return text


def _unless_ours(quoted):
    value = quoted[1]
    return quoted[0] if A_NAME_OF_OURS.fullmatch(value[1:-1]) else f"{value[0]}…{value[-1]}"


def _lines(error):
    """A traceback whose messages are cut to their first line: PostgreSQL's further lines hold values."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before:
        yield from _lines(before)
        yield "which led to"
    yield from (frame.rstrip() for frame in traceback.format_tb(error.__traceback__))
    message = without_persons(str(error).partition("\n")[0])
    yield f"{type(error).__qualname__}: {message}"


def _page(request):
    if request.resolver_match:
        return request.resolver_match.route or "(start)"
    is_file = request.path.startswith(settings.STATIC_URL)
    return request.path.lstrip("/") if is_file else "(no page)"
