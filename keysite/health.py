"""What a load balancer asks: does the process live, and can it serve."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse


class HealthMiddleware:
    """Answers ``/health/live`` and ``/health/ready`` before anything looks at host, scheme, session or sign-in."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.answers = {"/health/live": live, "/health/ready": ready}

    def __call__(self, request):
        answer = self.answers.get(request.path)
        return answer() if answer and request.method in {"GET", "HEAD"} else self.get_response(request)


def live():
    """200 as long as the process answers at all."""
    return _answer({"live": True}, 200)


def ready():
    """200 when the database answers and is migrated, else 503 with the reason.

    Redis is reported but not needed: without it pages work, and mail waits for the next sweep.
    """
    state = {"database": _database(), "redis": _redis()}
    return _answer(state, 200 if state["database"] == "ok" else 503)


def _answer(state, status):
    return JsonResponse(state, status=status, headers={"Cache-Control": "no-store"})


def _database():
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "cannot be reached"
    return f"{len(waiting)} migrations to apply" if waiting else "ok"


def _redis():
    cache.set("health", "ok", 10)  # the cache swallows its own failures, so read back
    return "ok" if cache.get("health") == "ok" else "cannot be reached"
