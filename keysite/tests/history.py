"""Looking at what a deed left behind: its refusal, or its history row."""

from contextlib import contextmanager

import pytest

from keysite.ledger import Refusal


def last_version(instance):
    """Who wrote the last version of this row, and why."""
    version = instance.history.select_related("history_user").order_by("-history_id").first()
    return version.history_user, version.history_change_reason


@contextmanager
def refused(sentence):
    """Fail unless the block is refused with just this sentence."""
    with pytest.raises(Refusal) as refusal:
        yield
    assert str(refusal.value) == sentence
