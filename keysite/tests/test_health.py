"""What a load balancer asks."""

import pytest
from django.db import connection

from keysite import health


def test_a_live_process_says_so_without_database(client):
    response = client.get("/health/live", headers={"host": "10.0.0.7"})
    assert (response.status_code, response.json()) == (200, {"live": True})


@pytest.mark.django_db
def test_a_migrated_database_is_ready_whatever_the_host(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    response = client.get("/health/ready", headers={"host": "10.0.0.7"})
    assert (response.status_code, response.json()) == (200, {"database": "ok", "redis": "ok"})
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_a_database_that_waits_for_a_migration_is_not_ready(client):
    with connection.cursor() as cursor:
        last = "(SELECT max(name) FROM django_migrations WHERE app = 'tickets')"
        cursor.execute(f"DELETE FROM django_migrations WHERE app = 'tickets' AND name = {last}")
    response = client.get("/health/ready")
    assert (response.status_code, response.json()["database"]) == (503, "1 migrations to apply")


@pytest.mark.django_db
def test_pages_go_on_without_redis(client, settings):
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"},
    }
    response = client.get("/health/ready")
    assert (response.status_code, response.json()["redis"]) == (200, "cannot be reached")


def test_other_methods_and_paths_go_on_to_the_site(client, db):
    assert client.post("/health/live").status_code == 404
    assert health.live().status_code == 200
