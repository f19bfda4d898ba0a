"""Texts that do not go by mail: to a telephone or a chat, through whatever gateway the settings name."""

import logging
import re

import apprise

# In one thread, without plugins of others, and only to the server that the setting names: no redirect leads elsewhere.
WAY = apprise.AppriseAsset(
    app_id="keysite", async_mode=False, http_redirects=False, plugin_paths=[], secure_logging=True
)
DIGITS = re.compile(r"[0-9]{4,}")


def send(url, text):
    """Hand ``text`` to the gateway. Raises OSError when it does not take it; what it says then names nobody."""
    way = apprise.Apprise(asset=WAY)
    if not way.add(url):
        raise OSError("The setting of this channel is no address that apprise knows.")
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as said:
        if not way.notify(body=text):
            raise OSError(DIGITS.sub("…", said.getvalue().strip())[:200] or "The gateway has not taken it.")
