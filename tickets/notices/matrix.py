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
TO_WATCHER = {"resolved": _("Ticket #%(number)s is mended")}
# What happened, as the first sentence of the mail; where a role reads it otherwise, by event and role.
OPENINGS = {
    "reported": _("Thank you, your report has arrived. We look at it, and write again when something happens."),
    "accepted": _("This will be mended."),
    "rejected": _("This will not be mended. The reason:"),
    "assigned": _("This ticket is yours to mend."),
    "started": _("Somebody is working on it now."),
    "stalled": _("It has to wait. The reason:"),
    "replied": _("There is a reply:"),
    "noted": _("A colleague has left a note, which the reporter does not see:"),
    "resolved": _("It is mended. What was done:"),
    "confirmed": _("The ticket is confirmed: nothing is left to do."),
    "sent_back": _("It is still broken:"),
    "reopened": _("It is broken again, and the ticket is open again:"),
    "joined": _("You have the same fault: we write to you when something happens."),
    "merged": _("This fault was reported more than once."),
    "unmerged": _("It is a fault of its own after all, and is looked at by itself again."),
    "woken": _("The day has come to go on with it."),
    "untouched": _("Nobody has begun with it for some time."),
    "long": _("It has been in progress for some time."),
    ("reported", TEAM): _("A fault was reported that falls to your team."),
    ("accepted", TECHNICIAN): _("This ticket was accepted, for you to mend."),
    ("accepted", TEAM): _("This ticket was accepted, for your team to mend."),
    ("assigned", TEAM): _("This ticket is for your team to mend."),
}
BRIEFED = {"reported", "accepted", "assigned", "woken", "reopened"}  # staff read what is wrong, and how soon
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
    own = {WATCHER: TO_WATCHER, TEAM: TO_STAFF | TO_TEAM}.get(role, {} if role in CUSTOMERS else TO_STAFF)
    return (SUBJECTS | own)[event] % {"number": number}


def opening_of(event, role):
    """What the mail to this role begins with."""
    return OPENINGS.get((event, role)) or OPENINGS[event]
