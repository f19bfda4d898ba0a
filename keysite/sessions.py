"""Sessions in the database, asked for only by names that a session can have."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """A cookie that somebody has made up is no session; the database would refuse some of its letters with an error."""

    def _validate_session_key(self, key):
        return super()._validate_session_key(key) and key.isascii() and key.isalnum()
