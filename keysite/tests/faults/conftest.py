"""A site of its own for all fault tests, mended and emptied before each."""

import pytest
from django.utils import timezone

from accounts.models import Notice
from keysite.tests.faults.servers import Mailbox, running
from keysite.tests.faults.site import Site, our_connection


def pytest_collection_modifyitems(items):
    for item in items:
        if "faults" in item.path.parts:
            item.add_marker(pytest.mark.faults)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="package")
def whole_site(django_db_blocker):
    with running() as (servers, folder), django_db_blocker.unblock(), our_connection(servers.database):
        site = Site(servers, Mailbox(), folder)
        site.prepare()
        yield site
        site.stop_all()
        site.mailbox.vanish()


@pytest.fixture
def site(whole_site):
    """Web and worker may run already; servers and mailbox are well, and nothing waits to be sent."""
    Notice.objects.waiting().update(cancelled_at=timezone.now())
    whole_site.mailbox.mails.clear()
    yield whole_site
    whole_site.stop_all(but=("web", "worker"))
    whole_site.mend()
