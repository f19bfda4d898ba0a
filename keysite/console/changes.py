"""What happened to a row, in words: for its history page, and for whoever saves a page that is out of date."""

from itertools import pairwise
from typing import NamedTuple

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from keysite.console.scope import listed, row_id, visible

EMPTY = "–"
MOST = 10  # sentences on one conflict


class Change(NamedTuple):
    """One field of one version: what it was, and what it became."""

    field: str
    old: str
    new: str


class Version(NamedTuple):
    """One row of the history: when, who, why, and what changed; ``kind`` is ``+``, ``~`` or ``-``."""

    at: object
    who: str
    kind: str
    reason: str
    changes: list[Change]


def history_of(model):
    """The versions of all rows of ``model``, newest first, or None when it keeps none."""
    manager = getattr(model, "history", None)
    return manager and manager.model.objects.select_related("history_user").order_by("-history_id")


def versions(rows, person):
    """``rows`` of a history, newest first, in words. The last of them is only compared with, unless it is the first."""
    pairs = list(pairwise([*rows, None]))  # none of a row that came with the installation
    names = _names(pairs, person)
    return [
        Version(
            at=row.history_date,
            who=str(row.history_user or _("the clock")),
            kind=row.history_type,
            reason=row.history_change_reason or "",
            changes=[
                Change(capfirst(str(field.verbose_name)), _word(field, old, names), _word(field, new, names))
                for field, old, new in _differences(row, before)
            ],
        )
        for row, before in pairs
    ]


def _differences(row, before):
    """The fields in which ``row`` is not like the version ``before`` it."""
    if before is None or row.history_type != "~":
        return []
    values = [
        (field, getattr(before, field.attname), getattr(row, field.attname))
        for field in row.tracked_fields
        if field.attname not in {row.instance_type._meta.pk.attname, *getattr(row.instance_type, "UNTOLD", ())}
    ]
    return [(field, old, new) for field, old, new in values if old != new]


def _names(pairs, person):
    """The rows that changed foreign keys lead to, as far as ``person`` may see them, by model and key."""
    wanted = {}
    for row, before in pairs:
        for field, *keys in _differences(row, before):
            if field.is_relation:
                wanted.setdefault(field.related_model, set()).update(key for key in keys if key)
    return {
        model: listed(visible(model._default_manager.all(), person)).in_bulk(keys) for model, keys in wanted.items()
    }


def _word(field, value, names):
    if value in (None, ""):
        return EMPTY
    if field.is_relation:
        return str(names[field.related_model].get(value) or _("no. %(key)s") % {"key": value})
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, models.DateTimeField):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(field, models.DateField):
        return date_format(value)
    return str(dict(field.flatchoices).get(value, value))


def version_of(parts):
    """How far the histories of ``parts``, (model, filter) pairs, go: what a page was shown with."""
    newest = [history_of(model).filter(**rows).values_list("history_id", flat=True)[:1] for model, rows in parts]
    return ".".join(str(next(iter(ids), 0)) for ids in newest)


def changes_since(version, parts, person):
    """What was done to the rows of ``parts`` since a page was shown with ``version``, one sentence each."""
    seen = [row_id(number) or 0 for number in str(version).split(".")]
    if len(seen) != len(parts):
        return [_("This page has expired. Check the values below and save again.")]
    sentences = []
    for (model, rows), last in zip(parts, seen, strict=True):
        newer = list(history_of(model).filter(**rows, history_id__gt=last)[:MOST])
        older = [_version_before(model, row) for row in newer]
        for row, before in zip(newer, older, strict=True):
            sentences.append(_sentence(model, versions([row, *filter(None, [before])], person)[0]))
    return [_("Somebody has changed this since you opened the page. Check the values and save again."), *sentences]


def _version_before(model, row):
    key = model._meta.pk.attname
    return history_of(model).filter(**{key: getattr(row, key)}, history_id__lt=row.history_id).first()


def _sentence(model, version):
    words = {
        "who": version.who,
        "when": date_format(timezone.localtime(version.at), "SHORT_DATETIME_FORMAT"),
        "what": "; ".join(f"{change.field}: {change.old} → {change.new}" for change in version.changes),
        "reason": version.reason,
        "name": model._meta.verbose_name,
    }
    if version.kind == "~" and version.changes:
        return _("%(who)s, %(when)s: %(what)s (%(reason)s).") % words
    return _("%(who)s, %(when)s: %(name)s %(reason)s.") % words
