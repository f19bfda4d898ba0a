"""At the doors every test begins without tries that were counted before."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.delete_pattern("allauth:*")
