"""The page of a person, with the assets that they have."""

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.admin import PersonAdmin
from accounts.models import Person
from assets.admin.asking import STAFF
from assets.admin.sections import held_by, list_of
from assets.models import Assignment, Condition
from assets.operations import take_back_all
from keysite.console import Deed
from keysite.console.fields import Asking, Choice


class Returning(Asking):
    condition = Choice(label=_("Condition"), choices=Condition.choices)


admin.site.unregister(Person)


@admin.register(Person)
class HolderAdmin(PersonAdmin):
    """Where people meet assets; ``accounts`` knows nothing of these."""

    deeds = [
        Deed(
            take_back_all,
            "assets.take_back",
            _("Take back all assets"),
            _("%(row)s has no asset any more."),
            row="person",
            form=Returning,
            fixed=STAFF,
            intro=_("Everything that is in the name of this person, kits with all that went out with them."),
            icon="keyboard_return",
            shown=lambda person: person.holds_assets,
        ),
        *PersonAdmin.deeds,
    ]

    def for_page(self, request):
        held = Assignment.objects.held_by(OuterRef("pk"))
        return super().for_page(request).annotate(holds_assets=Exists(held))

    def sections(self, request, person):
        yield from super().sections(request, person)
        if request.user.has_perm("assets.view_assignment"):
            yield held_by(person, request.user)

    def links(self, request, person):
        yield from super().links(request, person)
        if request.user.has_perm("assets.view_reservation"):
            yield _("Reservations"), list_of("reservation", f"show=all&person={person.pk}")
