"""What the key shop chooses when it asks for cylinders to be swapped."""

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms import DeedForm
from tickets.forms.fields import TechnicianField
from tickets.models import Category


class RekeyingTicketForm(DeedForm):
    """The category, and who is to do it, for whoever may say that."""

    category = forms.ModelChoiceField(
        label=gettext_lazy("Category"), queryset=Category.objects.in_use().for_list(), required=False
    )
    technician = TechnicianField(label=gettext_lazy("Locksmith"), required=False)

    def __init__(self, data=None, *, person):
        super().__init__(data)
        self.fields["technician"].person = person
        if not person.has_perm("tickets.assign_ticket"):
            del self.fields["technician"]

    def asked(self):
        """The values as the deed takes them."""
        return {"category": self.cleaned_data["category"], "technician": self.cleaned_data.get("technician")}
