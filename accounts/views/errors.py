"""What is shown when something at the door is wrong."""

from django.shortcuts import render


def csrf_failure(request, reason=""):
    """The form does not belong to this browser's session: say how to send it again without typing it anew."""
    return render(request, "403_csrf.html", status=403)
