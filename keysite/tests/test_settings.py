"""Every setting is explained where people look for it, and a missing one stops the start with a sentence."""

import os
import re
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from keysite.embedded import PROJECT
from keysite.environment import channels

NAME = r"(?:KEYSITE_[A-Z_]+|DATABASE_URL|REDIS_URL)"
ENV = {
    "PATH": os.environ["PATH"],
    "DATABASE_URL": "postgresql://db/keysite",
    "REDIS_URL": "redis://cache/0",
    "KEYSITE_SECRET_KEY": "secret",
    "KEYSITE_SITE_URL": "https://keys.example.edu",
    "KEYSITE_ALLOWED_HOSTS": "keys.example.edu",
    "KEYSITE_SMTP_URL": "smtp://mail.example.edu",
}


def read(name):
    return (PROJECT / name).read_text()


def settings_read():
    text = "".join(read(f"keysite/{name}.py") for name in ("settings", "providers", "incoming"))
    return set(re.findall(rf'"({NAME})"', text))


def settings_in_example():
    return set(re.findall(r"^(?:# )?([A-Z_]+)=", read(".env.example"), re.MULTILINE))


def settings_in_readme():
    """The first cell of each row of the table; ``_SECRET`` goes on from the name before it."""
    table = read("README.md").partition("## Settings")[2].partition("\n## ")[0]
    names = set()
    for row in table.splitlines():
        before = ""
        for name in re.findall(r"`([A-Z_]+)`", row.removeprefix("|").partition("|")[0]):
            names.add(before.rpartition("_")[0] + name if name.startswith("_") else name)
            before = before or name
    return names


def start(**env):
    words = [sys.executable, "-c", "from django.conf import settings; settings.DEBUG"]
    env = ENV | {"DJANGO_SETTINGS_MODULE": "keysite.settings"} | env
    return subprocess.run(words, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)


def test_the_example_names_just_what_is_read():
    assert settings_in_example() - {"POSTGRES_PASSWORD"} == settings_read()
    assert "${POSTGRES_PASSWORD:?" in read("docker-compose.yml")


def test_the_readme_names_just_what_is_read():
    assert settings_in_readme() == settings_read()


def test_each_line_of_the_example_is_explained():
    lines = read(".env.example").splitlines()
    for number, line in enumerate(lines):
        if re.match(r"(# )?[A-Z_]+=", line):
            assert re.match(r"# [A-Z1].{8}", lines[number - 1]), line


def test_the_example_is_read_alike_by_a_shell():
    words = ["sh", "-c", "set -aeu; . ./.env.example; env"]
    done = subprocess.run(words, cwd=PROJECT, env={}, capture_output=True, text=True, check=True)

    assert "KEYSITE_DESK_CONTACT=the key desk in the main hall\n" in done.stdout


@pytest.mark.slow
def test_a_mailbox_that_cannot_be_one_stops_the_start():
    for name, value, hint in (
        ("KEYSITE_TICKET_MAIL", "tickets", "tickets@example.edu"),
        ("KEYSITE_TICKET_MAIL", "tickets+x@example.edu", "without a +"),
        ("KEYSITE_IMAP_URL", "http://mail.example.edu", "imaps://user:password@host/INBOX"),
    ):
        assert hint in start(**{name: value}).stderr
    good = {
        "KEYSITE_TICKET_MAIL": "Tickets@example.edu",
        "KEYSITE_IMAP_URL": "imaps://a%40b:c@mail.example.edu/In%20Box",
    }
    assert start(**good).returncode == 0


def test_the_image_holds_every_app():
    apps = {path.parent.name for path in PROJECT.glob("*/apps.py")}

    assert apps <= set(re.findall(r"^COPY (\w+) \1$", read("Dockerfile"), re.MULTILINE))


@pytest.mark.slow
def test_what_is_needed_is_enough():
    done = start()

    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", [*sorted(ENV.keys() - {"PATH"})])
def test_a_missing_setting_stops_with_a_sentence(name):
    done = start(**{name: ""})

    assert done.returncode != 0
    assert f"Set {name}" in done.stderr.splitlines()[-1]


def test_channels_are_read_by_name(monkeypatch):
    monkeypatch.setenv("CHANNELS", "sms=json://user:secret@host/{address}, chat=ntfy://host/x?to={address}")

    assert channels("CHANNELS") == {
        "sms": "json://user:secret@host/{address}",
        "chat": "ntfy://host/x?to={address}",
    }


@pytest.mark.parametrize(
    "value", ["sms", "sms=", "sms=json://host/", "sms=json://{address}/x", "sms=json://host?x={address}", "=json://a/b"]
)
def test_a_channel_whose_server_is_not_fixed_stops_the_start(monkeypatch, value):
    monkeypatch.setenv("CHANNELS", value)

    with pytest.raises(ImproperlyConfigured, match="CHANNELS must look like sms="):
        channels("CHANNELS")
