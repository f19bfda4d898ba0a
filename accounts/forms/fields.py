"""What people type about themselves, and what is wrong with it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Department

MOST_SUGGESTIONS = 500
YEARS = range(1900, 2200)  # others are slips, and some cannot be put into UTC


class AddressField(forms.EmailField):
    """An e-mail address, in plain letters only: look-alikes would make one mailbox pass for another."""

    default_error_messages = {
        "required": gettext_lazy("Type your e-mail address."),
        "invalid": gettext_lazy("This is not an e-mail address. Type one like name@example.edu, without spaces."),
        "max_length": gettext_lazy("An e-mail address has 254 characters at most. Check what was typed."),
        "null_characters_not_allowed": gettext_lazy("This is not an e-mail address. Type one like name@example.edu."),
    }

    def __init__(self, **kwargs):
        widget = forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"})
        super().__init__(**{"label": gettext_lazy("E-mail address"), "max_length": 254, "widget": widget} | kwargs)

    def clean(self, value):
        address = super().clean(value)
        if not address.isascii():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return address


class CodeField(forms.CharField):
    """The six digits of a mail; blanks and hyphens that come along with pasting do no harm."""

    default_error_messages = {"required": gettext_lazy("Type the six digits of the mail.")}

    def __init__(self, **kwargs):
        attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code", "autofocus": True}
        widget = forms.TextInput(attrs=attrs)
        super().__init__(**{"label": gettext_lazy("Code"), "max_length": 40, "widget": widget} | kwargs)

    def clean(self, value):
        code = "".join(letter for letter in super().clean(value) if letter not in " -\u00a0\u2009\u202f")
        if not (code.isascii() and code.isdigit() and len(code) == 6):
            raise ValidationError(_("A code has six digits, such as 204 816. Look at the newest mail."))
        return code


class DayField(forms.DateField):
    """A day, picked from a calendar or typed."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_error_messages = {
        "required": gettext_lazy("Choose a day."),
        "invalid": gettext_lazy("This is not a day. Type it as year-month-day, such as 2026-05-03."),
        "year": gettext_lazy("Look at the year: a day is typed as year-month-day, such as 2026-05-03."),
    }

    def clean(self, value):
        day = super().clean(value)
        if day and day.year not in YEARS:
            raise ValidationError(self.error_messages["year"], code="year")
        return day


class TimeOfDayField(forms.TimeField):
    """A time of the day, to the minute."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    default_error_messages = {
        "required": gettext_lazy("Choose a time."),
        "invalid": gettext_lazy("This is not a time. Type it as hours:minutes, such as 14:30."),
    }


class DepartmentInput(forms.TextInput):
    """A text input that suggests what is in the list: no select of a table that grows, and no script."""

    template_name = "accounts/_department_input.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, (attrs or {}) | {"list": f"id_{name}_list"})
        names = Department.objects.accepted().order_by("name").values_list("name", flat=True)
        return context | {"suggestions": names[:MOST_SUGGESTIONS]}


class DepartmentField(forms.CharField):
    """An accepted department, by its name."""

    widget = DepartmentInput

    def prepare_value(self, value):
        return getattr(value, "name", value)

    def clean(self, value):
        name = " ".join(super().clean(value).split())
        if not name:
            return None
        department = Department.objects.accepted().with_name(name).first()
        if department is None:
            raise ValidationError(
                _("“%(name)s” is not in the list. Choose one of the list, or propose it.") % {"name": name}
            )
        return department
