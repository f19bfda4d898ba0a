"""The numbers on asset tags that nobody typed."""

from django.db import connection
from django.db.models.functions import Upper

from assets.models import Asset

MOST_AT_ONCE = 1000


def next_tags(count=1):
    """So many new tags, A000001 and on, from a sequence that nobody waits for; gaps are left as they are.

    A number is passed over when somebody has typed its tag by hand: after such a one more are tried at once, so that a
    long run of them costs little.
    """
    tags, asked = [], count
    while len(tags) < count:
        tried = [f"A{number:06}" for number in _next_numbers(asked)]
        typed = set(Asset.objects.annotate(code=Upper("tag")).filter(code__in=tried).values_list("code", flat=True))
        tags += [tag for tag in tried if tag not in typed]
        asked = min(asked * 10, MOST_AT_ONCE)
    return tags[:count]


def _next_numbers(count):
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('asset_tag_number') FROM generate_series(1, %s)", [count])
        return [number for [number] in cursor.fetchall()]
