"""A real browser for the tests marked ``browser``; without a Chromium on the machine they are skipped."""

import os
import shutil

import pytest

from keysite.tests.browser import Visitor

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the thread of the tests, to the end
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": options}


@pytest.fixture
def site(transactional_db, settings, live_server):
    """The address of the running site; its static files come from where they lie."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.fixture
def visitor(page, site):
    """Somebody at a browser; afterwards nothing may have been complained about."""
    visitor = Visitor(page, site)
    yield visitor
    assert visitor.complaints == []
