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
    "woken": {TECHNICIAN, TEAM},
    # In digests only: the team where there is no technician, reviewers when that did not help.
    "untouched": {TECHNICIAN, TEAM, REVIEWER},
    "long": {TECHNICIAN, TEAM, REVIEWER},
}
REMINDERS = ("untouched", "long")
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
TO_STAFF = {
    "reported": _("Ticket #%(number)s: a new report"),
    "accepted": _("Ticket #%(number)s is yours to mend"),
    "resolved": _("Ticket #%(number)s is resolved"),
    "woken": _("Ticket #%(number)s can go on"),
    "untouched": _("Ticket #%(number)s: nobody has begun"),
    "long": _("Ticket #%(number)s has been in progress for long"),
}
TO_TEAM = {
    "accepted": _("Ticket #%(number)s is for your team to mend"),
    "assigned": _("Ticket #%(number)s is for your team"),
}
# What happened, in a line of the digest.
LINES = {
    "reported": _("new"),
    "accepted": _("to be mended by you or your team"),
    "assigned": _("given to you or your team"),
    "replied": _("a reply"),
    "noted": _("a note"),
    "confirmed": _("confirmed"),
    "sent_back": _("still broken"),
    "reopened": _("open again"),
    "merged": _("goes on in another ticket"),
    "unmerged": _("looked at by itself again"),
    "woken": _("can go on"),
}


def subject_of(event, role, number):
    """What the mail to this role is called."""
    subjects = SUBJECTS if role in CUSTOMERS else SUBJECTS | TO_STAFF
    return (subjects | TO_TEAM if role == TEAM else subjects)[event] % {"number": number}
