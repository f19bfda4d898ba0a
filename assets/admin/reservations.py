"""Who has asked for what, from when to when, and what the desk says to it."""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, midnight
from assets.admin.asking import STAFF
from assets.models import Asset, AssetModel, Reservation
from assets.operations import cancel_reservation, confirm_reservation, reject_reservation, reserve
from keysite.console import ConsoleAdmin, ConsoleForm, Deed, Related, Tabs, display
from keysite.console.fields import Asking, why


class Rejection(Asking):
    reason = why(_("Why"), help_text=_("Whoever asked for it reads this."))


class Cancellation(Asking):
    reason = why(_("Why"), required=False, help_text=_("Whoever has reserved it reads this."))


class ReservationTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("live", _("Live")),
        ("waiting", _("Waiting for the desk")),
        ("today", _("To pick up today")),
        ("upcoming", _("Upcoming")),
        ("ended", _("Ended")),
        ("all", _("All")),
    ]
    otherwise = "live"

    def choose(self, reservations, value):
        now = timezone.now()
        if value == "today":
            return reservations.to_pick_up(midnight(now, 0), midnight(now, 1))
        return reservations.upcoming(at=now) if value == "upcoming" else getattr(reservations, value)()


class OfPerson(Related):
    title, parameter_name, path, related_model = _("person"), "person", "person", Person


class OfAsset(Related):
    title, parameter_name, path, related_model = _("asset"), "asset", "asset", Asset


class OfModel(Related):
    title, parameter_name, path, related_model = _("asset model"), "model", "model", AssetModel


def _deed(operation, label, done, **options):
    return Deed(operation, "assets.reserve", label, done, row="reservation", **options)


RESERVATION_DEEDS = [
    _deed(
        confirm_reservation,
        _("Confirm"),
        _("%(row)s: confirmed."),
        icon="check",
        bulk=True,
        shown=lambda reservation: reservation.is_live and not reservation.confirmed_at,
    ),
    _deed(
        reject_reservation,
        _("Reject"),
        _("%(row)s: rejected."),
        form=Rejection,
        icon="close",
        bulk=True,
        shown=lambda reservation: reservation.is_live and not reservation.confirmed_at,
    ),
    _deed(
        cancel_reservation,
        _("Cancel the reservation"),
        _("%(row)s: cancelled."),
        form=Cancellation,
        fixed=STAFF,
        icon="event_busy",
        bulk=True,
        shown=lambda reservation: reservation.is_live,
    ),
]


class ReservationForm(ConsoleForm):
    """What is asked for."""

    def clean(self):
        values = super().clean()
        if bool(values.get("asset")) == bool(values.get("model")) and not {"asset", "model"} & set(self.errors):
            self.add_error("asset", _("Choose either one asset, or a model of which any will do."))
        return values

    def _get_validation_exclusions(self):
        """Whether it can be had at that time, the deed says in its own words."""
        return super()._get_validation_exclusions() | {"starts_at"}


@admin.register(Reservation)
class ReservationAdmin(ConsoleAdmin):
    """Reservations are made here and decided by buttons; what was agreed is never changed."""

    form = ReservationForm
    list_display = ["item", "borrower", "starts_at", "ends_at", "state", "purpose"]
    list_filter = [ReservationTabs, OfPerson, OfAsset, OfModel]
    search_fields = ["purpose"]
    search_help_text = _("Person, asset or model")
    sortable_by = ["starts_at"]
    fields = [
        ("asset", "model"),
        "person",
        "starts_at",
        "ends_at",
        "purpose",
        ("reserved_at", "reserved_by"),
        "trust",
        ("confirmed_at", "confirmed_by"),
        ("ended_at", "ended_by"),
        ("outcome", "outcome_reason"),
        "assignment",
    ]
    deeds = RESERVATION_DEEDS

    def has_add_permission(self, request):
        return request.user.has_perm("assets.reserve")

    def has_change_permission(self, request, obj=None):
        return False

    def get_fields(self, request, obj=None):
        """Only what has happened."""
        if obj is None:
            return self.fields[:5]
        return [*self.fields[:7], *(names for names in self.fields[7:] if getattr(obj, _first(names)))]

    def for_page(self, request):
        done_by = ["reserved_by", "confirmed_by", "ended_by"]
        return super().for_page(request).select_related("assignment__asset", "assignment__person", *done_by)

    def add(self, row, by):
        made = {name: getattr(row, name) for name in ("asset", "model", "person", "starts_at", "ends_at", "purpose")}
        row.pk = reserve(**made, **STAFF, by=by).pk

    def links(self, request, reservation):
        if reservation.asset_id:
            yield _("The asset"), reverse("admin:assets_asset_change", args=[reservation.asset_id])

    @display(description=_("person"))
    def borrower(self, reservation):
        return reservation.person.name or reservation.person.email

    @display(description=_("what"))
    def item(self, reservation):
        return reservation.item

    @display(
        description=_("status"),
        label={
            "waiting": "warning",
            "confirmed": "success",
            "handed_out": "info",
            "cancelled": "",
            "rejected": "",
            "no_show": "danger",
            "unavailable": "danger",
        },
    )
    def state(self, reservation):
        live = "confirmed" if reservation.confirmed_at else "waiting"
        return reservation.outcome or live, reservation.status


def _first(names):
    return names if isinstance(names, str) else names[0]
