"""Who works here as what."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from accounts.roles import ROLES
from keysite.ledger import Refusal, lock, record


@transaction.atomic
def sync_roles():
    """Make one group per role with just its permissions; gives back how many changed. Safe to run twice."""
    code = Concat(F("content_type__app_label"), Value("."), F("codename"))
    known = dict(Permission.objects.annotate(code=code).values_list("code", "pk"))
    changed = 0
    for name, role in ROLES.items():
        group, created = Group.objects.get_or_create(name=name)
        wanted = {known[permission] for permission in role.permissions}
        if created or set(group.permissions.values_list("pk", flat=True)) != wanted:
            group.permissions.set(wanted)
            changed += 1
    return changed


@transaction.atomic
def assign_roles(*, person, roles, by):
    """Give ``person`` just these roles; somebody with a role may open the console, written down in the history.

    Refused for an unknown role, and for oneself: nobody gives themselves more, or locks themselves out.
    """
    lock(person)
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise Refusal(_("There is no role “%(role)s”.") % {"role": sorted(unknown)[0]})
    if person == by:
        raise Refusal(_("Ask another administrator: nobody changes their own roles."))
    person.groups.set(Group.objects.filter(name__in=roles))
    person.is_staff = bool(roles) or person.is_superuser
    record(person, by=by, reason=f"roles: {', '.join(sorted(roles)) or 'none'}")
