"""A cache that nothing waits for: without Redis the site goes on, and only the rate limits stop counting."""

import logging
import time

from django_redis.cache import RedisCache
from django_redis.exceptions import ConnectionInterrupted

log = logging.getLogger(__name__)
LEFT_ALONE_SECONDS = 5


def is_away():
    """Whether Redis did not answer a moment ago; who asks it then only makes somebody wait."""
    return time.monotonic() < UnneededRedisCache.away_until


def leave_alone():
    """Redis has just not answered: nobody of this process asks it for five seconds."""
    UnneededRedisCache.away_until = time.monotonic() + LEFT_ALONE_SECONDS


class UnneededRedisCache(RedisCache):
    """Redis that may be away: it is then left alone for five seconds, so that a page waits for it once at most.

    ``add`` says yes while Redis is away. The rate limits take that as “you hold the lock”; a no would lock everybody
    out of the sign-in pages.
    """

    away_until = 0.0  # of the process: what one thread finds out saves the others the wait

    def add(self, *args, **kwargs):
        return self._ask("add", args, kwargs, otherwise=True)

    def get(self, key, default=None, version=None, client=None):
        return self._ask("get", (key, default, version, client), {}, otherwise=default)

    def set(self, *args, **kwargs):
        return self._ask("set", args, kwargs, otherwise=False)

    def delete(self, *args, **kwargs):
        return bool(self._ask("delete", args, kwargs, otherwise=False))

    def _ask(self, command, args, kwargs, *, otherwise):
        if is_away():
            return otherwise
        try:
            return getattr(self.client, command)(*args, **kwargs)
        except ConnectionInterrupted as error:
            leave_alone()
            log.warning("The cache cannot be reached (%s); rate limits are not counted meanwhile.", error)
            return otherwise
