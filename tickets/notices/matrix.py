"""One matrix: which role is told of which event, and how the mail about it is called."""

from django.utils.translation import gettext_lazy as _

REPORTER, WATCHER, TECHNICIAN, TEAM, REVIEWER = "reporter", "watcher", "technician", "team", "reviewer"
CUSTOMERS = {REPORTER, WATCHER}
MATRIX = {
    "reported": {REPORTER, TEAM, REVIEWER},
    "accepted": {REPORTER, WATCHER, TECHNICIAN, TEAM},
    "rejected": {REPORTER, WATCHER},
    "assigned": {TECHNICIAN, TEAM},
    "started": {REPORTER, WATCHER},
    "stalled": {REPORTER, WATCHER},
    "replied": {REPORTER, WATCHER, TECHNICIAN},
    "noted": {TECHNICIAN},
    "resolved": {REPORTER, WATCHER, REVIEWER},
    "confirmed": {TECHNICIAN},
    "sent_back": {TECHNICIAN, TEAM},
    "reopened": {REPORTER, WATCHER, TECHNICIAN, TEAM},
    "merged": {REPORTER, WATCHER, TECHNICIAN},
    "unmerged": {REPORTER, WATCHER, TECHNICIAN},
}
SUBJECTS = {
    "reported": _("Ticket #%(number)s: your report has arrived"),
    "accepted": _("Ticket #%(number)s: it will be mended"),
    "rejected": _("Ticket #%(number)s: it will not be mended"),
    "assigned": _("Ticket #%(number)s is yours"),
    "started": _("Ticket #%(number)s: somebody is at it"),
    "stalled": _("Ticket #%(number)s has to wait"),
    "replied": _("Ticket #%(number)s: a reply"),
    "noted": _("Ticket #%(number)s: a note"),
    "resolved": _("Ticket #%(number)s is mended: does it work?"),
    "confirmed": _("Ticket #%(number)s is confirmed"),
    "sent_back": _("Ticket #%(number)s: still broken"),
    "reopened": _("Ticket #%(number)s is open again"),
    "joined": _("Ticket #%(number)s: we keep you informed"),
    "merged": _("Ticket #%(number)s goes on in another one"),
    "unmerged": _("Ticket #%(number)s is looked at by itself again"),
}
TO_STAFF = {"reported": _("Ticket #%(number)s: a new report"), "resolved": _("Ticket #%(number)s is resolved")}
