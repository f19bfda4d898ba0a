"""What a borrower fills in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayField, DeedForm
from keys.forms.fields import KeysForm
from keys.models import Loan


class CheckOutForm(KeysForm):
    """The basket of somebody who takes keys by themselves."""

    due_on = DayField(
        label=_("Back on"), required=False, help_text=_("Only if you will bring them back earlier than you must.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.grows = "more" in self.data  # one more line is asked for, nothing is taken yet
        self.fields["keys"].required = not self.grows
        self.fields["keys"].help_text = _("As stamped on the key, such as AA1 7, or the code on its tag.")


class LossForm(DeedForm):
    """What happened to a key that does not come back as it went."""

    loss = forms.ChoiceField(
        label=_("What happened?"),
        choices=[(Loan.Loss.LOST, _("I lost it")), (Loan.Loss.BROKEN, _("It broke"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it is lost or broken.")},
    )
    words = forms.CharField(
        label=_("How did it happen?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "When and where you had it last, and whether your name or a room was on it. You may leave it empty."
        ),
    )
    police = forms.CharField(
        label=_("Police reference"), max_length=64, required=False, help_text=_("If it was stolen and you reported it.")
    )
