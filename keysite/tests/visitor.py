"""A browser of a few lines that talks to a real web server: cookies, forms, and how long each answer took."""

import re
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from importlib import import_module
from urllib.parse import urlencode, urlsplit

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

HIDDEN = re.compile(r'<input type="hidden" name="(csrfmiddlewaretoken|once)" value="([^"]*)"')


@dataclass
class Answer:
    """What came back, and after how many seconds."""

    status: int
    headers: HTTPMessage
    content: bytes
    seconds: float

    @property
    def text(self):
        return self.content.decode()

    @property
    def hidden(self):
        """The hidden values of the page's forms: the token and a one-time key."""
        return dict(HIDDEN.findall(self.text.partition("<main")[2]))

    def first(self, pattern):
        """The first thing on the page that the pattern's group catches."""
        return re.search(pattern, self.text)[1]

    @property
    def location(self):
        return urlsplit(self.headers.get("Location", "")).path


class Visitor:
    """Somebody with a browser; each request is a connection of its own, so a server may come and go."""

    def __init__(self, port, *, person=None, timeout=30):
        self.port, self.timeout = port, timeout
        self.cookies = {settings.SESSION_COOKIE_NAME: _session_of(person)} if person else {}

    def get(self, path):
        return self._ask("GET", path)

    def post(self, path, values):
        body = urlencode(values, doseq=True)
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def form(self, path):
        """Open a page; gives back the hidden values of its form."""
        page = self.get(path)
        assert page.status == 200, f"{path} answers {page.status}"
        return page.hidden

    def send(self, path, **typed):
        """Open a page, fill in its form and send it."""
        return self.post(path, self.form(path) | typed)

    def _ask(self, method, path, body=None, headers=None):
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        http, began = HTTPConnection("127.0.0.1", self.port, timeout=self.timeout), time.monotonic()
        try:
            http.request(method, path, body=body, headers={"Cookie": cookies, **(headers or {})})
            response = http.getresponse()
            answer = Answer(response.status, response.headers, response.read(), time.monotonic() - began)
        finally:
            http.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _equals, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer


def _session_of(person):
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time()}]
    store["account_authentication_methods_user"] = str(person.pk)
    store.create()
    return store.session_key
