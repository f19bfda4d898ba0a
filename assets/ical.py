"""Dates as a calendar program reads them (RFC 5545): the end of a date is left out, times are in UTC."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from icalendar import Calendar, Event

REFRESH = timedelta(hours=1)


class Entry(NamedTuple):
    """One date; ``version`` counts its changes, ``end`` is None for a moment."""

    uid: str
    summary: str
    start: datetime
    end: datetime | None
    changed: datetime
    version: int
    is_sure: bool = True
    description: str = ""


def ical(name, entries):
    """The bytes of a calendar called ``name``."""
    calendar = Calendar()
    calendar.add("PRODID", "-//keysite//calendar//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry))
    return calendar.to_ical()


def _event(entry):
    event = Event()
    event.add("UID", entry.uid)
    event.add("SUMMARY", entry.summary)
    event.add("DTSTART", entry.start.astimezone(UTC))
    if entry.end:
        event.add("DTEND", entry.end.astimezone(UTC))
    event.add("DTSTAMP", entry.changed.astimezone(UTC))
    event.add("LAST-MODIFIED", entry.changed.astimezone(UTC))
    event.add("SEQUENCE", entry.version)
    event.add("STATUS", "CONFIRMED" if entry.is_sure else "TENTATIVE")
    event.add("TRANSP", "TRANSPARENT")
    if entry.description:
        event.add("DESCRIPTION", entry.description)
    return event
