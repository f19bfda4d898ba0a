"""What is asked before something is handed out or taken back, whatever page it is done from."""

from django.utils.translation import gettext_lazy as _

from accounts.models import LoanTerm, Trust
from assets.models import Assignment, Condition
from keysite.console.fields import Asking, Check, Choice, Choices, Day, Few, Moment, Number, Row, Text, why

STAFF = {"trust": Trust.STAFF}


class Reason(Asking):
    reason = why(_("Why"))


class HandingOn(Asking):
    """To whom or where, and until when."""

    person = Row(Assignment, "person", required=False)
    space = Row(Assignment, "space", required=False, help_text=_("Instead of a person: it is put up there."))
    term = Few(LoanTerm, label=_("Loan term"), required=False, empty_label=_("That of the type or affiliation"))
    due_on = Day(label=_("Due on"), required=False, help_text=_("Empty: as late as the term allows."))
    open_ended = Check(label=_("No due date"))
    note = Text(label=_("Note"), max_length=500, required=False)

    def clean(self):
        values = super().clean()
        if bool(values.get("person")) == bool(values.get("space")) and not {"person", "space"} & set(self.errors):
            self.add_error("person", _("Choose either a person or a space."))
        return values


class HandingOut(HandingOn):
    """The same, perhaps after it has happened."""

    out_at = Moment(label=_("Handed out"), required=False, help_text=_("Empty: now."))


class TakingBack(Asking):
    condition = Choice(
        label=_("Condition"), choices=Condition.choices, help_text=_("What is damaged goes out of service.")
    )
    returned_at = Moment(label=_("Returned"), required=False, help_text=_("Empty: now."))


class TakingKitBack(TakingBack):
    """What went out with the kit, to be marked where it is missing."""

    missing_assets = Choices(label=_("Missing assets"), required=False)

    def __init__(self, data=None, *, person, row=None):
        super().__init__(data, person=person, row=row)
        self.members = {str(one.asset_id): one.asset for one in row.members.open().for_list()}
        self.parts = {f"missing_{part.pk}": part for part in row.parts.all()}
        self.fields["missing_assets"].choices = [(key, str(asset)) for key, asset in self.members.items()]
        if not self.members:
            del self.fields["missing_assets"]
        for name, part in self.parts.items():
            label = _("Missing of %(part)s") % {"part": part}
            self.fields[name] = Number(label=label, initial=0, min_value=0, max_value=part.quantity)

    def asked(self):
        values = super().asked()
        missing = {part: values.pop(name) for name, part in self.parts.items()}
        values["missing_assets"] = [self.members[key] for key in values.get("missing_assets", ())]
        return values | {"missing_parts": {part: number for part, number in missing.items() if number}}
