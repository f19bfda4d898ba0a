"""Console pages about requests, for ``test_console_queries``: what makes one more row, and how often each page asks."""

from django.utils import timezone

from accounts.tests.factories import PersonFactory
from keys.models import Approval, ApprovedDoor, CuttingJob, Delegation, KeyRequest
from keys.tests.factories import DoorFactory
from keys.tests.request_rows import delegation_of, full_request, job_of, request_of, step_of


def _request(n):
    """What is listed at first waits; the page is that of the newest, which has so many rows of everything."""
    request = full_request(n)
    KeyRequest.objects.filter(pk=request.pk).update(status="submitted")


def _step(n):
    step = step_of(request_of())
    for _more in range(n):
        ApprovedDoor.objects.create(approval=step, door=DoorFactory())


def _job(n):
    job_of(cut_at=timezone.now(), cut_by=PersonFactory())


PAGES_OF_REQUESTS = {
    KeyRequest: (_request, 6, 14),
    Approval: (_step, 6, 8),
    CuttingJob: (_job, 6, 6),
    Delegation: (lambda n: delegation_of(), 6, 6),
}
