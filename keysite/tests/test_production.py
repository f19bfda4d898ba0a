"""The shape of a server: the commands of docker-compose.yml, several of each on one database, and what they log."""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import psycopg
import pytest
from django.db import connection
from redis import Redis

from accounts.models import Kiosk, Notice
from accounts.operations import register_kiosk
from accounts.tests.factories import PersonFactory
from keys.models import Loan
from keys.tests.factories import KeyFactory
from keysite.embedded import PROJECT
from keysite.tests.faults.servers import Mailbox
from keysite.tests.faults.site import Site, our_connection
from keysite.tests.processes import COMPOSE, wait_until

pytestmark = pytest.mark.slow
ALL = ("web", "web2", "worker", "worker2", "beat")
HASHED = re.compile(r"/static/keysite\.[0-9a-f]{12}\.css")
REDIS_DATABASE = 15


@pytest.fixture(scope="module")
def site(django_db_blocker):
    """All processes on the servers that the suite runs on, in a database and a Redis database of their own."""
    database, redis = _another_database(os.environ["DATABASE_URL"]), _another_redis(os.environ["REDIS_URL"])
    folder, mailbox = Path(tempfile.mkdtemp(prefix="keysite-production-")), Mailbox()
    with django_db_blocker.unblock(), database as url, our_connection(url):
        site = Site(SimpleNamespace(database=url, redis=redis), mailbox, folder)
        try:
            site.prepare()
            site.run(*ALL)
            yield site
        finally:
            site.stop_all()
            mailbox.vanish()
            connection.close()
            Redis.from_url(redis).flushdb()
            shutil.rmtree(folder)


def _another_redis(url):
    parts = urlsplit(url)
    if parts.scheme == "unix":
        query = urlencode(parse_qs(parts.query) | {"db": REDIS_DATABASE}, doseq=True)
        return f"unix://{parts.path}?{query}"  # geturl() makes “unix:/path” of it in some versions of Python
    return parts._replace(path=f"/{REDIS_DATABASE}").geturl()


@contextmanager
def _another_database(url):
    name = f"keysite_production_{os.getpid()}"
    _say(url, f"CREATE DATABASE {name}")
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        _say(url, f"DROP DATABASE {name} WITH (FORCE)")


def _say(url, words):
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(words)


def healthcheck(site, service, **env):
    """What docker runs to see whether a container is well."""
    kind, *words = COMPOSE[service]["healthcheck"]["test"]
    words = [word.replace("127.0.0.1:8000", f"127.0.0.1:{site.ports['web']}").replace("$$", "$") for word in words]
    words = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
    return subprocess.run(words, cwd=PROJECT, env=site.env | env, capture_output=True, text=True)


def test_the_image_starts_the_same_web_server():
    command = re.search(r"^CMD \[(.*)\]$", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)[1]

    assert re.findall(r'"([^"]+)"', command) == shlex.split(COMPOSE["web"]["command"])


def test_the_containers_are_well(site):
    assert healthcheck(site, "web").returncode == 0
    name = re.search(r"celery@(\S+) ready", site["worker"].text())[1]
    assert healthcheck(site, "worker", HOSTNAME=name).returncode == 0
    assert healthcheck(site, "worker", HOSTNAME="somewhere.else").returncode != 0


def test_pages_carry_hashed_files_that_may_be_kept(site):
    page = site.visitor().get("/")
    files = {site.visitor(web=web).get(HASHED.search(page.text)[0]).headers["Cache-Control"] for web in ("web", "web2")}

    assert page.status == 200
    assert files == {"max-age=315360000, public, immutable"}


def test_errors_show_no_code(site):
    missing = site.visitor().get("/loans/nonsense/")

    assert missing.status == 404
    assert "urlconf" not in missing.text.lower()


def test_any_web_server_and_any_worker_serve_anybody(site):
    people = [PersonFactory() for _number in range(6)]
    for number, person in enumerate(people):
        first, second = site.visitor(person, web="web"), site.visitor(person, web="web2")
        second.cookies = first.cookies
        form = first.form("/keys/check-out/") | {"keys": str(KeyFactory())}
        answer = (second if number % 2 else first).post("/keys/check-out/", form)
        again = (first if number % 2 else second).post("/keys/check-out/", form)
        assert (answer.status, answer.location) == (again.status, again.location) == (302, answer.location)
    site.wait_until_sent()

    assert Loan.objects.filter(borrower__in=people).count() == 6
    assert site.mailbox.receivers() == {person.email: 1 for person in people}


def test_a_line_of_the_log_leads_from_the_request_to_its_mail(site):
    """As a rule: a worker that is just looking may be quicker than the one that the request wakes."""
    for _try in range(5):
        answer = site.visitor(PersonFactory()).send("/keys/check-out/", keys=str(KeyFactory()))
        site.wait_until_sent()
        lines = [line for line in site.log().splitlines() if f"[{answer.headers['X-Request-ID']}]" in line]
        if re.search(r"Notice \d+ \(loan_receipt\) is sent", "".join(lines)):
            break

    assert any(re.search(r"keysite.requests \[\w+\] POST keys/check-out/ 302 \d+ ms$", line) for line in lines)
    assert any(re.search(r"Notice \d+ \(loan_receipt\) is sent$", line) for line in lines)


def test_the_log_names_nobody(site):
    """A person signs in, takes a key and says it was not her; a mail is refused; a kiosk is registered."""
    jane = PersonFactory(email="jane.secret@example.edu", first_name="Jane", last_name="Secretname")
    refused = PersonFactory(email="refused.secret@example.edu", last_name="Refusedname")
    site.mailbox.server.refused[refused.email] = f"550 no such user {refused.email}"
    visitor = site.visitor()

    visitor.send("/sign-in/", address=jane.email)
    code = re.search(r"^(\d{6})$", _text_of(_mail_to(site, jane)), re.MULTILINE)[1]
    signed_in = visitor.send("/sign-in/code/", code=code)
    taken = visitor.send("/keys/check-out/", keys=str(key := KeyFactory()))
    site.visitor().get(f"/k/{key.public_code}/?name=Secretname")
    site.visitor(refused).send("/keys/check-out/", keys=str(KeyFactory()))
    not_me = re.search(r"/not-me/(\S+)/", _text_of(_mail_to(site, jane, number=2)))[1]
    site.visitor().get(f"/not-me/{quote(not_me)}/")
    link = register_kiosk(kiosk=Kiosk.objects.create(name="Hall"), by=jane)
    kiosk = site.visitor().send(f"/kiosk/register/{quote(link)}/")
    wait_until(lambda: Notice.objects.filter(person=refused).get().failed_at, what="the mail is refused")
    site.wait_until_sent()

    assert (signed_in.status, taken.status, kiosk.status) == (302, 302, 302)
    log = site.log()
    assert re.search(r"Notice \d+ \(loan_receipt\) is refused for good \(550\)", log)
    hidden = [jane.email, jane.first_name, jane.last_name, refused.email, refused.last_name, "secret", code, not_me]
    hidden += [link, key.public_code, taken.location.split("/")[2], *visitor.cookies.values()]
    assert [word for word in hidden if word.lower() in log.lower()] == []
    assert " GET k/<str:code>/ " in log


def test_docker_may_stop_them(site):
    """A clean end for each, and no process left."""
    site.run(*ALL)
    groups = {name: site[name].popen.pid for name in ALL}

    for name in ALL:
        site[name].popen.terminate()
    codes = {name: site[name].finish() for name in ALL}

    assert codes == dict.fromkeys(ALL, 0)
    for name, group in groups.items():
        with pytest.raises(ProcessLookupError):
            os.killpg(group, 0)
        assert "Traceback" not in site[name].text(), name


def _mail_to(site, person, number=1):
    def found():
        mails = [mail for mail in site.mailbox.mails if mail["To"] == person.email]
        return mails[number - 1] if len(mails) >= number else None

    return wait_until(found, what=f"mail {number} has come")


def _text_of(mail):
    return mail.get_payload()[0].get_payload(decode=True).decode().replace("\r\n", "\n")
