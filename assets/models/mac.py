"""The address of a network card, however it was written."""

import re

from django.db import models

BETWEEN = re.compile(r"[\s:.-]")
DIGITS = re.compile(r"[0-9a-f]{12}")


def normal_mac(text):
    """Six pairs in small letters: 00:1a:2b:3c:4d:5e. What is no such address stays as it is: a constraint says so."""
    digits = BETWEEN.sub("", text).lower()
    return ":".join(re.findall("..", digits)) if DIGITS.fullmatch(digits) else text.strip()


class MacField(models.CharField):
    """Takes 00-1A-2B-3C-4D-5E, 001a.2b3c.4d5e and the like, and keeps and finds all of them as 00:1a:2b:3c:4d:5e."""

    def to_python(self, value):
        value = super().to_python(value)
        return normal_mac(value) if value else value

    def pre_save(self, instance, add):
        setattr(instance, self.attname, self.to_python(super().pre_save(instance, add)))
        return getattr(instance, self.attname)

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return normal_mac(value) if value else value
