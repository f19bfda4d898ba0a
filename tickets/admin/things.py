"""The pages of rooms, assets, keys and people, with the tickets about them; the lower apps know nothing of these."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from assets.admin import AssetAdmin
from assets.models import Asset, Space
from keys.admin import BorrowerAdmin, DoorAdmin, KeyAdmin, KeyedSpaceAdmin
from keys.models import Door, Key
from keysite.console.labels import Tagged
from tickets.admin.sections import list_of, tickets_about, tickets_by


class Mended:
    """The part of a page that shows what was reported about its row, and where to report something."""

    about = ""  # what the tickets call the row

    def links(self, request, row):
        yield from super().links(request, row)
        if request.user.has_perm("tickets.report_for_others"):
            yield _("Report a fault"), f"{reverse('admin:tickets_ticket_add')}?{self.about}={row.pk}"
        else:
            yield _("Report a fault"), reverse("ticket_report_about", args=[row.public_code])

    def sections(self, request, row):
        yield from super().sections(request, row)
        if request.user.has_perm("tickets.view_ticket"):
            yield tickets_about(request.user, **{self.about: row})


for _model in (Asset, Space, Key, Door, Person):
    admin.site.unregister(_model)


@admin.register(Asset)
class MendedAssetAdmin(Mended, AssetAdmin):
    about = "asset"


@admin.register(Space)
class MendedSpaceAdmin(Tagged, Mended, KeyedSpaceAdmin):
    """A room has a label as well: whoever scans it reports what is broken."""

    about = "space"
    tag_page = "ticket_report_about"
    tag_says = _("Whoever scans it reads what is reported here already, and reports what is not.")
    tag_invites = _("Something broken here? Scan and say so.")


@admin.register(Key)
class MendedKeyAdmin(Mended, KeyAdmin):
    about = "key"


@admin.register(Door)
class MendedDoorAdmin(Mended, DoorAdmin):
    about = "door"


@admin.register(Person)
class ReporterAdmin(BorrowerAdmin):
    """Where people meet tickets."""

    def links(self, request, person):
        yield from super().links(request, person)
        if request.user.has_perm("tickets.report_for_others"):
            yield _("Report a fault"), f"{reverse('admin:tickets_ticket_add')}?reporter={person.pk}"
        if request.user.has_perm("tickets.view_ticket"):
            yield _("Works on"), list_of("ticket", f"technician={person.pk}")

    def sections(self, request, person):
        yield from super().sections(request, person)
        if request.user.has_perm("tickets.view_ticket"):
            yield tickets_by(person, request.user)
