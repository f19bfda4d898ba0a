"""A browser for tests, signed in the way the sign-in pages do it."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client


class SignedInClient(Client):
    """Like Django's; ``force_login`` also notes how the person signed in, which staff pages look at."""

    def force_login(self, user, backend=None, methods=("password", "mfa")):
        super().force_login(user, backend)
        session = self.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": method, "at": time.time()} for method in methods]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
