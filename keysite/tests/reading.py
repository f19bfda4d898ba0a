"""What tests of pages do again and again: fill in a page's form, and read what a page says."""

import re
from html import unescape


def post(client, address, *, page=None, form="form", **fields):
    """Open the page (``page``, when the form is elsewhere), fill in its form and send it."""
    once = client.get(page or address).context[form]["once"].value()
    return client.post(address, {"once": once, **fields})


def text_of(response):
    """The words of a page, as a person reads them."""
    main = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)
    words = re.sub(r"<[^>]*>", " ", main[0] if main else response.content.decode())
    return " ".join(unescape(words).split())


def problems_of(response):
    """The lines of “There is a problem” on a page."""
    summary = re.search(r'<div class="problem".*?</div>', response.content.decode(), re.DOTALL)
    lines = re.findall(r"<li>(.*?)</li>", summary[0], re.DOTALL) if summary else []
    return [unescape(re.sub(r"<[^>]*>", "", line)).strip() for line in lines]
