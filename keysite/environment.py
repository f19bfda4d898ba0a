"""Reading a setting from the environment; a missing or wrong value stops the start with a sentence."""

import datetime
import os
import re

from django.core.exceptions import ImproperlyConfigured


def text(name, default=None, hint=""):
    """The value of ``name``; without value and default the start stops."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(f"Set {name}{': ' + hint if hint else ''}. `./dev up` sets it by itself.")
    return value


def flag(name, default=False):
    """Whether ``name`` is 1; 0, no, yes, false and true are understood, too."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"", "0", "1", "no", "yes", "false", "true"}:
        return value in {"1", "yes", "true"} if value else default
    raise ImproperlyConfigured(f"{name} is {value!r}: set it to 1 or 0.")


def number(name, default):
    """A whole number, 0 or more."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit():
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to a whole number.")
    return int(value)


def words(name, default=""):
    """What commas separate."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def time_of_day(name, default):
    """A time such as 18:00."""
    try:
        return datetime.time.fromisoformat(text(name, default))
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a time of day such as {default}.") from None


def channels(name):
    """Ways to reach somebody besides mail, by their names: ``sms=<address of the gateway>,chat=…``.

    ``{address}`` stands where the person's own address belongs, behind the host: whoever types theirs chooses neither
    the server nor how we sign in there. A comma within an address is written %2C.
    """
    found = {}
    for entry in words(name):
        channel, _, url = entry.partition("=")
        host, _, rest = url.partition("://")[2].partition("/")
        if not re.fullmatch("[a-z0-9-]{1,30}", channel) or "{" in host or "?" in host or rest.count("{address}") != 1:
            raise ImproperlyConfigured(f"{name} must look like sms=gateway://user:password@host/{{address}}.")
        found[channel] = url
    return found
