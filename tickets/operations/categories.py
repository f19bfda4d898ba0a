"""The tree of what can be broken: where a category stands in it, and when it is not offered any more."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keysite.ledger import Refusal, lock, lock_word, record

TREE = "tickets.category.tree"


@transaction.atomic
def add_category(*, category, by):
    """A new kind of fault. Refused as a part of one that is retired."""
    lock_word(TREE)
    _refuse_parent(category, category.parent)
    record(category, by=by, reason="added")


@transaction.atomic
def move_category(*, category, by, parent=None):
    """Make the category a part of ``parent``, or of none. Refused when that is retired, or itself a part of it."""
    lock_word(TREE)
    lock(category)
    _refuse_parent(category, parent)
    category.parent = parent
    record(category, by=by, reason="moved")


@transaction.atomic
def retire_category(*, category, by):
    """Offer it no more; tickets keep it. Refused when it is retired, and while a part of it is still offered."""
    lock_word(TREE)
    lock(category)
    words = {"category": category}
    if category.retired_at:
        raise Refusal(_("%(category)s is retired already.") % words)
    if category.children.in_use().exists():
        raise Refusal(_("Parts of %(category)s are still offered: retire or move them first.") % words)
    category.retired_at = timezone.now()
    record(category, by=by, reason="retired")


@transaction.atomic
def reinstate_category(*, category, by):
    """Offer it again. Refused when it is offered, and while what it is a part of is retired."""
    lock_word(TREE)
    lock(category, "parent")
    words = {"category": category, "parent": category.parent}
    if not category.retired_at:
        raise Refusal(_("%(category)s is offered already.") % words)
    if category.parent_id and category.parent.retired_at:
        raise Refusal(
            _("%(category)s is a part of %(parent)s, which is retired: move it, or offer that again.") % words
        )
    category.retired_at = None
    record(category, by=by, reason="offered again")


def _refuse_parent(category, parent):
    above = parent
    while above is not None and category.pk is not None:
        if above.pk == category.pk:
            words = {"category": category, "parent": parent}
            raise Refusal(_("%(parent)s is a part of %(category)s: it cannot be the other way round, too.") % words)
        above = above.parent
    if parent is not None:
        lock(parent)
    if parent is not None and parent.retired_at and not category.retired_at:
        raise Refusal(_("%(parent)s is retired. Choose one that is offered.") % {"parent": parent})
