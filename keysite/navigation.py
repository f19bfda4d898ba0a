"""How the staff console is called, coloured and ordered, in the words of the house."""

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def site_name(request):
    return settings.SITE_NAME


def stylesheet(request):
    return static("console.css")


def favicon(request):
    return static("favicon.svg")


def _entry(title, icon, page, *permissions):
    """A line of the sidebar; it is shown to who has one of ``permissions``."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(page),
        "permission": lambda request: any(request.user.has_perm(permission) for permission in permissions),
    }


def _list(title, icon, app, model):
    return _entry(title, icon, f"admin:{app}_{model}_changelist", f"{app}.view_{model}")


def _group(title, *entries):
    return {"title": title, "separator": False, "collapsible": False, "items": list(entries)}


NAVIGATION = [
    {
        "title": None,
        "items": [{"title": _("Today"), "icon": "today", "link": reverse_lazy("admin:index")}],
    },
    _group(
        _("Desk"),
        _entry(_("Hand out and take back"), "point_of_sale", "desk", "keys.check_out", "keys.return_key"),
        _entry(_("Equipment desk"), "devices", "asset_desk", "assets.assign", "assets.take_back"),
        _list(_("Loan book"), "menu_book", "keys", "loan"),
        _list(_("Renewals"), "event_repeat", "keys", "renewal"),
        _list(_("Exceptions"), "add_moderator", "keys", "loanexception"),
        _list(_("Holds"), "bookmark", "keys", "hold"),
        _list(_("People who leave"), "logout", "keys", "separation"),
        _list(_("Attestation campaigns"), "fact_check", "keys", "campaign"),
        _list(_("Attestations"), "checklist", "keys", "attestation"),
        _entry(_("Invite somebody"), "person_add", "invitation_list", "accounts.invite"),
        _entry(_("Requests that need me"), "approval", "approval_list", "keys.decide_request", "keys.add_delegation"),
        _list(_("Key requests"), "contract", "keys", "keyrequest"),
        _list(_("Approvals"), "how_to_reg", "keys", "approval"),
        _list(_("Fees"), "payments", "keys", "charge"),
        _entry(_("Lost keys to decide about"), "key_off", "loss_list", "keys.view_lossreport"),
        _list(_("Loss reports"), "report", "keys", "lossreport"),
        _list(_("Delegations"), "supervisor_account", "keys", "delegation"),
    ),
    _group(
        _("Keys"),
        _list(_("Keys"), "key", "keys", "key"),
        _list(_("Key symbols"), "label", "keys", "keysymbol"),
        _list(_("Doors"), "door_front", "keys", "door"),
        _list(_("Keysets"), "tune", "keys", "keyset"),
        _entry(_("Does the chart add up?"), "rule", "door_integrity", "keys.view_operates"),
        _entry(_("Which keys fit?"), "join", "key_fitting", "keys.view_door"),
        _entry(_("Keys to cut"), "build", "cutting_list", "keys.cut_key"),
        _list(_("Cutting jobs"), "content_cut", "keys", "cuttingjob"),
        _entry(_("Rekeyings to do"), "lock_reset", "rekeying_list", "keys.rekey"),
        _list(_("Rekeyings"), "lock_reset", "keys", "rekeying"),
        _list(_("Key systems"), "schema", "keys", "keysystem"),
        _list(_("Cabinets"), "shelves", "keys", "cabinet"),
        _entry(_("Count cabinets"), "checklist", "cabinet_list", "keys.count_keys"),
        _list(_("Counts of cabinets"), "fact_check", "keys", "cabinetcount"),
        _list(_("Hooks"), "phishing", "keys", "hook"),
    ),
    _group(
        _("Lending"),
        _list(_("Assignments"), "assignment_ind", "assets", "assignment"),
        _list(_("Reservations"), "event", "assets", "reservation"),
        _list(_("Extensions"), "more_time", "assets", "extension"),
    ),
    _group(
        _("Assets"),
        _list(_("Assets"), "inventory_2", "assets", "asset"),
        _list(_("Kits"), "cases", "assets", "kit"),
        _list(_("Asset models"), "devices", "assets", "assetmodel"),
        _list(_("Asset types"), "category", "assets", "assettype"),
        _list(_("Manufacturers"), "factory", "assets", "manufacturer"),
        _list(_("Suppliers"), "local_shipping", "assets", "supplier"),
        _list(_("Disposal types"), "recycling", "assets", "disposaltype"),
        _list(_("Stock-takes"), "fact_check", "assets", "stocktake"),
        _list(_("Imports"), "upload_file", "assets", "importbatch"),
    ),
    _group(
        _("Repairs"),
        _list(_("Tickets"), "build", "tickets", "ticket"),
        _list(_("Parked mail"), "mark_email_unread", "tickets", "parkedmail"),
        _list(_("Schedules"), "event_repeat", "tickets", "schedule"),
        _list(_("Work"), "timer", "tickets", "workentry"),
        _list(_("Categories"), "account_tree", "tickets", "category"),
        _list(_("Teams"), "groups", "tickets", "team"),
        _list(_("Tracking links"), "link", "tickets", "trackinglink"),
        _list(_("Notice preferences"), "notifications", "tickets", "noticepreference"),
    ),
    _group(
        _("Places"),
        _list(_("Buildings"), "apartment", "assets", "building"),
        _list(_("Spaces"), "meeting_room", "assets", "space"),
    ),
    _group(
        _("People"),
        _list(_("People"), "group", "accounts", "person"),
        _list(_("Invitations"), "forward_to_inbox", "accounts", "invitation"),
        _list(_("Departments"), "corporate_fare", "accounts", "department"),
        _list(_("Affiliations"), "badge", "accounts", "affiliation"),
    ),
    _group(_("Messages"), _list(_("Notices"), "mail", "accounts", "notice")),
    _group(
        _("Settings"),
        _list(_("Loan terms"), "date_range", "accounts", "loanterm"),
        _list(_("Fee rules"), "price_change", "keys", "feerule"),
        _list(_("Closed days"), "event_busy", "accounts", "closedday"),
        _list(_("Kiosks"), "tablet", "accounts", "kiosk"),
        _list(_("Timetable"), "schedule", "django_celery_beat", "periodictask"),
    ),
]

# The green of the public pages, in steps of lightness.
GREEN = {
    "50": "oklch(97.5% .015 183)",
    "100": "oklch(94.5% .035 183)",
    "200": "oklch(89% .06 183)",
    "300": "oklch(81% .085 183)",
    "400": "oklch(71% .1 183)",
    "500": "oklch(61% .1 183)",
    "600": "oklch(50% .085 183)",
    "700": "oklch(43% .072 183)",
    "800": "oklch(37% .06 183)",
    "900": "oklch(32% .05 183)",
    "950": "oklch(25% .04 183)",
}

UNFOLD = {
    "SITE_TITLE": site_name,
    "SITE_HEADER": site_name,
    "SITE_SUBHEADER": _("Staff console"),
    "SITE_SYMBOL": "vpn_key",
    "SITE_URL": reverse_lazy("start"),
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {"primary": GREEN},
    "DASHBOARD_CALLBACK": "keysite.dashboard.add_figures",
    "STYLES": [stylesheet],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": favicon}],
    "SIDEBAR": {"navigation": NAVIGATION},
}
