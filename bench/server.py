"""The real web server on loopback, and a clerk's browser in front of it."""

import re
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from importlib import import_module
from urllib.parse import urlencode

import psycopg
from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY as USER_OF_METHODS
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection

from bench.meter import Meter, children

PLAIN = {"cursor_factory": psycopg.Cursor, "application_name": "bench"}
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')


class Server:
    """gunicorn as in production, with one clerk signed in."""

    def __init__(self, clerk):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "keysite.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--keep-alive", "60"]
        command += ["--log-level", "warning"]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        self.cookies = {settings.SESSION_COOKIE_NAME: session_of(clerk)}
        self.http = HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.books = psycopg.connect(**connection.get_connection_params() | PLAIN, autocommit=True)
        self._wait()

    def stop(self):
        self.http.close()
        self.books.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)

    def meter(self, path):
        """A meter of the web workers and of the backends that serve them."""
        return Meter(path, "through gunicorn", python=lambda: children(self.process.pid), postgres=self._backends)

    def _backends(self):
        """All backends but those of this process; asked on a line of its own, so that it costs the others nothing."""
        asked = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'bench'"
        return [pid for (pid,) in self.books.execute(asked).fetchall()]

    def get(self, address):
        return self._send("GET", address)

    def check_out(self, key, borrower):
        self._post("/desk/check-out/", {"check_out": "1", "borrower": borrower.pk, "keys": key.public_code})

    def take_back(self, key):
        self._post("/desk/return/", {"keys": key.public_code})

    def _post(self, address, values):
        body = urlencode(values | {"csrfmiddlewaretoken": self.token, "once": f"{time.monotonic_ns()}"})
        answer = self._send("POST", address, body)
        if answer.status != 302:
            raise SystemExit(f"POST {address} answers {answer.status}")

    def _send(self, method, address, body=None):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": settings.SITE_URL}
        self.http.request(method, address, body=body, headers=headers)
        answer = self.http.getresponse()
        answer.page = answer.read()
        return answer

    def _wait(self):
        for _try in range(100):
            try:
                answer = self.get("/health/ready")
            except OSError:
                self.http.close()
                time.sleep(0.1)
                continue
            if answer.status == 200:
                return self._open_form()
        raise SystemExit("gunicorn does not answer")

    def _open_form(self):
        """Fetch a form once, for its CSRF token; every worker opens its database connection on the way."""
        for _each in range(16):
            answer = self.get("/desk/")
        token = TOKEN.search(answer.page)
        if answer.status != 200 or not token:
            raise SystemExit(f"the desk screen answers {answer.status}")
        self.token = token.group(1).decode()
        for header in answer.headers.get_all("Set-Cookie", []):
            name, _equals, rest = header.partition("=")
            self.cookies[name] = rest.split(";")[0]


def session_of(person):
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time()}]
    store[USER_OF_METHODS] = str(person.pk)
    store.create()
    return store.session_key
