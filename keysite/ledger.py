"""How a fact changes: under a lock, with a history row that says who and why."""

import hashlib
from copy import copy
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, connection, models, transaction
from django.db.models.sql import UpdateQuery
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.models import HistoricalRecords
from simple_history.utils import bulk_create_with_history, bulk_update_with_history


class Refusal(Exception):
    """The rules do not allow this. The message is shown to whoever asked."""


class BasketRefusal(Refusal):
    """Some lines of a basket are refused. ``lines`` maps each refused item to its sentence."""

    def __init__(self, lines):
        self.lines = lines
        super().__init__(" ".join(str(sentence) for sentence in lines.values()))


def kept_history(**options):
    """Every version of a row, for ever or until the retention setting says otherwise."""
    return HistoricalRecords(history_id_field=models.BigAutoField(), **options)


def lock(instance, *related):
    """Hold the row until the transaction ends, and bring ``instance`` up to date, ``related`` rows (not held) too.

    Refused when the row has gone.
    """
    rows = instance._meta.model._base_manager.select_for_update(no_key=True, of=("self",))
    try:
        instance.refresh_from_db(from_queryset=rows.select_related(*related) if related else rows)
    except ObjectDoesNotExist:
        raise Refusal(_("This is no longer in the register. Open the list again.")) from None
    for name in {path.split("__")[0] for path in related}:
        field = instance._meta.get_field(name)
        # After waiting, PostgreSQL joins the new row with what it had found for the old one, which may be nothing.
        if getattr(instance, field.attname) is not None and field.get_cached_value(instance) is None:
            field.delete_cached_value(instance)


def lock_all(queryset):
    """Hold every row of ``queryset`` until the transaction ends, taken in the order of ``pk``."""
    return list(queryset.select_for_update(no_key=True, of=("self",)).order_by("pk"))


def lock_word(word):
    """Wait for the advisory lock on ``word`` and hold it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(word)])


def alone(word):
    """Whether this transaction is the only one that holds ``word``; never waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(word)])
        return cursor.fetchone()[0]


def record(instance, *, by, reason):
    """Save ``instance``; its history says who changed it and why (``by`` is None for the clock)."""
    instance._history_user, instance._change_reason = by, str(reason)
    try:
        instance.save()
    finally:  # simple-history would put the same name on the next save
        del instance._history_user, instance._change_reason


def record_new(instances, *, by, reason):
    """Insert ``instances`` of one model in two statements, however many there are."""
    if not instances:
        return []
    return bulk_create_with_history(instances, type(instances[0]), default_user=by, default_change_reason=str(reason))


def record_changes(instances, fields, *, by, reason):
    """Save ``fields`` of many locked rows of one model, with one history row each."""
    if instances:
        bulk_update_with_history(
            instances,
            type(instances[0]),
            fields,
            batch_size=1000,
            default_user=by,
            default_change_reason=str(reason),
        )


def record_import(new, changes, *, by, reason):
    """Insert ``new`` rows of a model, and lock and change others: ``changes`` maps a row to its new values by field.

    Refused when somebody else has registered the same thing since it was looked for.
    """
    try:
        with transaction.atomic():
            record_new(new, by=by, reason=reason)
            _change(changes, by, reason)
    except IntegrityError:
        raise Refusal(
            _("Somebody else registered the same just now. Nothing was imported: import the file again.")
        ) from None


class Version(NamedTuple):
    """How a row was from a moment on: ``was`` has the values that are different now."""

    at: datetime
    by: models.Model | None
    reason: str
    was: dict


def record_past(rows, pasts):
    """Insert ``rows`` of one model that come with a past; ``pasts`` has for each its versions, the oldest first."""
    if not rows:
        return
    model = type(rows[0])
    model._base_manager.bulk_create(rows, batch_size=1000)
    first = [_as_it_was(row, past[0]) for row, past in zip(rows, pasts, strict=True)]
    later = [_as_it_was(row, version) for row, past in zip(rows, pasts, strict=True) for version in past[1:]]
    model.history.bulk_history_create(first, batch_size=1000)
    model.history.bulk_history_create(later, batch_size=1000, update=True)


def insert_from(model, fields, rows):
    """Insert what the question ``rows`` (``values_list`` in the order of ``fields``) answers, in one statement.

    Rows that a unique constraint would refuse are there already and stay as they are. For models without history.
    """
    sql, params = _insertion(model, fields, rows)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def record_from(model, fields, rows, *, by, reason):
    """As ``insert_from``, with the first version of each row; one statement, and no row passes through this process.

    Gives back how many rows are new.
    """
    return _with_versions(model, "+", _insertion(model, fields, rows), by, reason)


def record_all(rows, *, by, reason, **values):
    """Give all rows of a question these values, with a version each, in one statement; gives back how many.

    The deed that calls this holds what keeps others from these rows.
    """
    query = rows.order_by().query.chain(UpdateQuery)
    query.add_update_values(values)
    return _with_versions(rows.model, "~", query.get_compiler(rows.db).as_sql(), by, reason)


def analyze():
    """Let PostgreSQL look at what was just written in bulk; until then it plans as if the tables were empty."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def remove(instance, *, by, reason):
    """Delete a row that has no past worth keeping; its history stays and says who and why."""
    instance._history_user, instance._change_reason = by, str(reason)
    instance.delete()


def remove_all(rows, *, by, reason):
    """Delete locked rows of one model to which nothing points, in two statements; their history says who and why."""
    if not rows:
        return
    model, version = type(rows[0]), type(rows[0]).history.model
    said = {"history_date": timezone.now(), "history_user": by, "history_change_reason": str(reason)}
    names = [field.attname for field in version.tracked_fields]
    last = [version(history_type="-", **said, **{name: getattr(row, name) for name in names}) for row in rows]
    version.objects.bulk_create(last, batch_size=1000)
    gone = model._base_manager.filter(pk__in=[row.pk for row in rows])
    gone._raw_delete(using=gone.db)


def _insertion(model, fields, rows):
    columns = _quoted(model._meta.get_field(name).column for name in fields)
    sql, params = rows.query.sql_with_params()
    return f"INSERT INTO {model._meta.db_table} ({columns}) {sql} ON CONFLICT DO NOTHING", params


def _with_versions(model, kind, statement, by, reason):
    """Run a statement that inserts or updates rows of ``model``, and write down how each is now."""
    sql, params = statement
    version = model.history.model
    said = ["history_type", "history_date", "history_user_id", "history_change_reason"]
    kept = _quoted(field.column for field in version.tracked_fields)
    table, columns = version._meta.db_table, f"{kept}, {_quoted(said)}"
    sql = f"WITH written AS ({sql} RETURNING *) INSERT INTO {table} ({columns}) SELECT {kept}, %s, %s, %s, %s"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} FROM written", [*params, kind, timezone.now(), by and by.pk, str(reason)])
        return cursor.rowcount


def _quoted(columns):
    return ", ".join(map(connection.ops.quote_name, columns))


def _as_it_was(row, version):
    instance = copy(row)
    for name, value in version.was.items():
        setattr(instance, name, value)
    instance._history_date, instance._history_user, instance._change_reason = version.at, version.by, version.reason
    return instance


def _change(changes, by, reason):
    if not changes:
        return
    wanted = {row.pk: values for row, values in changes.items()}
    rows = lock_all(type(next(iter(changes)))._base_manager.filter(pk__in=wanted))
    for row in rows:
        for name, value in wanted[row.pk].items():
            setattr(row, name, value)
    record_changes(rows, sorted({name for values in wanted.values() for name in values}), by=by, reason=reason)


def _number(word):
    """A signed 64-bit number for PostgreSQL's advisory locks."""
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big", signed=True)
