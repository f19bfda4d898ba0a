"""What the clock does for all apps; the timetable is in the database."""

from celery import shared_task
from django.utils import timezone

import accounts.notices
import assets.notices
import keys.notices
import tickets.notices
from accounts import operations
from keysite import channels

CONTENTS = accounts.notices.CONTENTS | assets.notices.CONTENTS | keys.notices.CONTENTS | tickets.notices.CONTENTS


@shared_task
def send_notices():
    """Send what waits in the outbox."""
    operations.send_notices(contents=CONTENTS, at=timezone.now(), carry=channels.send)


@shared_task
def clean_up():
    """Forget what the retention settings no longer keep."""
    operations.clean_up(at=timezone.now())
