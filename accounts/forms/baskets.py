"""Things that people scan and type, one per line, and what is wrong with each line."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.forms.deeds import DeedForm
from keysite.ledger import BasketRefusal

MOST_LINES = 50
LONGEST_LINE = 200


@dataclass
class Line:
    """One line of a basket: as it was typed, the thing it names, why it cannot be taken, and where it may be.

    ``sooner`` is when the thing is due, where that is before the others; ``swap`` says what it is given for.
    """

    typed: str
    item: Any = None
    problem: str = ""
    elsewhere: str = ""  # the address of the desk that knows it
    sooner: datetime | None = None
    swap: Any = None


class BasketField(forms.Field):
    """Things, one per line. Gives back each once, in the order typed; ``lines`` has each with its thing or problem."""

    lines = ()
    passes_over = False  # lines without a thing, when the clerk takes the rest

    def resolve(self, lines):
        """Find the thing of each line, or say in a sentence why there is none."""
        raise NotImplementedError

    def clean(self, value):
        self.lines = self.widget.lines = [Line(text) for text in lines_of(value)]
        if len(self.lines) > MOST_LINES:
            words = {"n": len(self.lines), "most": MOST_LINES}
            raise ValidationError(_("These are %(n)s lines. Send at most %(most)s at once.") % words)
        self.resolve(self.lines)
        problems = [line.problem for line in self.lines if line.problem]
        if problems and not self.passes_over:
            raise ValidationError(problems)
        if self.required and not self.items:
            raise ValidationError(self.error_messages["required"], code="required")
        return self.items

    @property
    def items(self):
        """What the lines name, each once."""
        return list(dict.fromkeys(line.item for line in self.lines if line.item))

    @property
    def refused(self):
        """Each refused line with its index, which is part of the id of its input."""
        return [(index, line) for index, line in enumerate(self.lines) if line.problem]

    @property
    def once_each(self):
        """Each line with its index as it was sent, the same thing once."""
        first = {line.item or line.typed: index for index, line in reversed(list(enumerate(self.lines)))}
        return [(index, self.lines[index]) for index in sorted(first.values())]

    def mark(self, refused):
        """Put the sentence of each refused thing beside its line."""
        for line in self.lines:
            if line.item:
                line.problem = str(refused.get(line.item) or "")


class BasketForm(DeedForm):
    """A form with a basket, its field called ``basket``: each refusal of a thing is shown at its line."""

    basket = ""

    @property
    def basket_field(self):
        return self.fields[self.basket]

    def refuse(self, refusal):
        if not isinstance(refusal, BasketRefusal):
            return super().refuse(refusal)
        self.basket_field.mark(refusal.lines)
        return self.add_error(self.basket, [str(sentence) for sentence in refusal.lines.values()])


def lines_of(value):
    """The lines of one input or of many; empty ones are left out, blanks made single."""
    texts = [value] if isinstance(value, str) else value or []
    lines = (" ".join(line.split()) for text in texts for line in re.split(r"[\r\n,;]+", text))
    return [line for line in lines if line]


def is_readable(typed):
    """Short enough, and nothing in it that cannot be seen."""
    return len(typed) <= LONGEST_LINE and typed.isprintable()


def clip(text):
    """What is repeated of a line: short, and nothing that cannot be seen."""
    seen = "".join(letter for letter in text if letter.isprintable())
    return seen if len(seen) <= 40 else f"{seen[:40]}…"
