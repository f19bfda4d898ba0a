"""What a browser would send: the form of a page as it was rendered."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    """Collects the values of one form, by its id or, without one, of the first that is not for signing out."""

    def __init__(self, form_id):
        super().__init__()
        self.form_id, self.inside, self.done, self.values, self.select, self.area = (
            form_id,
            False,
            False,
            {},
            None,
            None,
        )

    def handle_starttag(self, tag, pairs):
        attributes = dict(pairs)
        if tag == "form" and not self.done:
            wanted = attributes.get("id") == self.form_id if self.form_id else attributes.get("id") is None
            self.inside = wanted and attributes.get("method", "").lower() == "post"
        elif self.inside and attributes.get("name"):
            self._field(tag, attributes)
        if self.inside and tag == "option" and self.select:
            self._option(attributes)

    def _option(self, attributes):
        """A select has the value of its chosen option, else that of its first."""
        if "selected" in attributes or not self.values[self.select]:
            self.values[self.select] = [attributes.get("value", "")]

    def _field(self, tag, attributes):
        name, kind = attributes["name"], attributes.get("type", "text")
        if tag == "select":
            self.select = name
            self.values[name] = []
        elif tag == "textarea":
            self.area = name
            self.values[name] = [""]
        elif tag == "input" and (kind not in {"checkbox", "radio"} or "checked" in attributes):
            self.values.setdefault(name, []).append(attributes.get("value", "on" if kind == "checkbox" else ""))

    def handle_data(self, data):
        if self.area:
            self.values[self.area][0] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = None
        elif tag == "select":
            self.select = None
        elif tag == "form" and self.inside:
            self.inside, self.done = False, True


def form_of(response, form_id=None):
    """The values of a form as they were shown, ready to be posted."""
    parser = _Form(form_id)
    parser.feed(response.content.decode())
    assert parser.values, "there is no such form on the page"
    return {name: values[0] if len(values) == 1 else values for name, values in parser.values.items()}


def send(client, address, form_id=None, **changes):
    """Open a page, type ``changes`` into its form, and send it."""
    return client.post(address, form_of(client.get(address), form_id) | changes)
