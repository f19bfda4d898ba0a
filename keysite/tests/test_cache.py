import socket
import time

import pytest
from allauth.core import ratelimit
from django.test import RequestFactory

from keysite.cache import UnneededRedisCache

OPTIONS = {"IGNORE_EXCEPTIONS": True, "SOCKET_CONNECT_TIMEOUT": 0.3, "SOCKET_TIMEOUT": 0.3}


@pytest.fixture
def mute_server():
    """Accepts connections and never answers, as a frozen Redis does."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(5)
        yield server.getsockname()[1]


@pytest.fixture(autouse=True)
def _forget_outage(monkeypatch):
    monkeypatch.setattr(UnneededRedisCache, "away_until", 0.0)


def cache_at(port):
    return UnneededRedisCache(f"redis://127.0.0.1:{port}/0", {"OPTIONS": OPTIONS})


def test_a_cache_that_answers_remembers(settings):
    cache = UnneededRedisCache(settings.REDIS_URL, {"OPTIONS": OPTIONS})
    cache.delete("test-cache")

    assert cache.add("test-cache", 1)
    assert not cache.add("test-cache", 2)
    assert cache.get("test-cache") == 1
    assert cache.delete("test-cache")


def test_without_a_server_everything_goes_on():
    cache = cache_at(1)

    assert cache.add("a", 1)
    assert cache.get("a", []) == []
    assert not cache.set("a", 1)
    assert not cache.delete("a")


def test_a_frozen_server_is_waited_for_once(mute_server):
    cache = cache_at(mute_server)
    began = time.monotonic()

    for _round in range(10):
        assert cache.add("a", 1)

    assert time.monotonic() - began < 2


def test_rate_limits_let_pass_without_a_cache(monkeypatch):
    monkeypatch.setattr("allauth.core.internal.ratelimit.cache", cache_at(1))
    request = RequestFactory().post("/")

    assert all(ratelimit.consume(request, action="login") for _round in range(100))
