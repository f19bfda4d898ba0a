"""A desk that goes on working while the clock runs: checks a key out and back until it is ended."""

import os
import signal
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keysite.settings")
django.setup()

from accounts.models import Person, Trust  # noqa: E402
from keys import operations  # noqa: E402
from keys.models import Key  # noqa: E402


def main():
    """Print the longest time in seconds that one return took, when told to end."""
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit())
    clerk = Person.objects.get(email="clerk@example.edu")
    key = Key.objects.with_availability().filter(is_out=False, retired_at=None).last()
    borrower = Person.objects.exclude(loans__key__symbol=key.symbol_id).filter(affiliation__isnull=False).first()
    longest = 0.0
    print("ready", flush=True)
    try:
        for _round in range(5000):
            loan = operations.check_out(keys=[key], borrower=borrower, by=clerk, trust=Trust.STAFF)[0]
            begin = time.perf_counter()
            operations.return_key(loan=loan, by=clerk)
            longest = max(longest, time.perf_counter() - begin)
            time.sleep(0.01)
    finally:
        print(longest, flush=True)


if __name__ == "__main__":
    main()
