"""What deeds ask for, in the console's look."""

from django import forms
from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold import widgets

from accounts.forms import DeedForm
from keysite.console.scope import Autocomplete, offered


class Text(forms.CharField):
    widget = widgets.UnfoldAdminTextInputWidget


class Words(forms.CharField):
    """More than a line."""

    widget = widgets.UnfoldAdminTextareaWidget


class Email(forms.EmailField):
    widget = widgets.UnfoldAdminEmailInputWidget


class Day(forms.DateField):
    widget = widgets.UnfoldAdminSingleDateWidget


class Moment(forms.SplitDateTimeField):
    widget = widgets.UnfoldAdminSplitDateTimeWidget


class Number(forms.IntegerField):
    widget = widgets.UnfoldAdminIntegerFieldWidget


class Amount(forms.DecimalField):
    widget = widgets.UnfoldAdminDecimalFieldWidget


class Check(forms.BooleanField):
    widget = widgets.UnfoldBooleanWidget

    def __init__(self, **options):
        super().__init__(required=False, **options)


class Choice(forms.ChoiceField):
    widget = widgets.UnfoldAdminSelectWidget


class Choices(forms.MultipleChoiceField):
    widget = widgets.UnfoldAdminCheckboxSelectMultipleWidget


class Row(forms.ModelChoiceField):
    """A row found as one types: what the foreign key ``name`` of ``model`` may hold and the person may see."""

    def __init__(self, model, name, **options):
        self.key = model._meta.get_field(name)
        nothing = self.key.related_model._default_manager.none()
        options.setdefault("label", capfirst(self.key.verbose_name))
        super().__init__(nothing, widget=Autocomplete(self.key, admin.site), **options)


class Few(forms.ModelChoiceField):
    """One of a handful of rows of ``model``, in a plain select."""

    widget = widgets.UnfoldAdminSelectWidget

    def __init__(self, model, **options):
        options.setdefault("empty_label", _("Select value"))
        super().__init__(model._default_manager.none(), **options)


class Asking(DeedForm):
    """What a deed asks for before it is done; ``row`` is what it is done to, if that is one."""

    def __init__(self, data=None, *, person, row=None):
        super().__init__(data)
        self.row = row
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = offered(field.queryset.model, person)

    def asked(self):
        """The values as the operation takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "once"}


def why(label, **options):
    """A reason that the history keeps."""
    return Text(label=label, max_length=200, **options)
