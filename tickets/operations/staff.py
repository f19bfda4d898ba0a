"""How those who work on tickets keep their own choices of tickets."""

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from keysite.ledger import Refusal, lock_word, record, remove
from tickets.models import SavedView

MOST_VIEWS, LONGEST_QUERY = 50, 500


@transaction.atomic
def save_view(*, name, query, by, shared=False):
    """Keep ``query``, the query string of the staff list, under a name; the same name again replaces it.

    Empty filters and the page are left out. Refused without a name, for a query that is too long, and for more than
    fifty views of one person. Gives back the view.
    """
    name = " ".join(name.split())[:60]
    if not name:
        raise Refusal(_("Give the view a name."))
    query = _kept(query)
    if len(query) > LONGEST_QUERY:
        raise Refusal(_("That is too much to keep. Leave out a filter, or type less of it."))
    lock_word(f"views:{by.pk}")
    own = SavedView.objects.filter(person=by)
    view = own.filter(name__iexact=name).first() or SavedView(person=by)
    if view.pk is None and own.count() >= MOST_VIEWS:
        raise Refusal(_("You have %(most)s views. Remove one that you do not use.") % {"most": MOST_VIEWS})
    view.name, view.query, view.shared = name, query, shared
    record(view, by=by, reason="saved")
    return view


@transaction.atomic
def remove_view(*, view, by):
    """Forget a view. Refused for somebody else's."""
    if view.person_id != by.pk:
        raise Refusal(_("This is the view of somebody else. Ask them to remove it."))
    remove(view, by=by, reason="removed")


def _kept(query):
    chosen = QueryDict(query, mutable=True)
    for name in {name for name in chosen if name in {"after", "before"} or not any(chosen.getlist(name))}:
        del chosen[name]
    return chosen.urlencode()
