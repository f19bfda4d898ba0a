"""The page of a person, with what they hold."""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from assets.admin import HolderAdmin
from keys.models import Loan
from keysite.console import Section

SHOWN = 20

admin.site.unregister(Person)


@admin.register(Person)
class BorrowerAdmin(HolderAdmin):
    """Where people meet keys; ``accounts`` and ``assets`` know nothing of these."""

    def sections(self, request, person):
        if request.user.has_perm("keys.view_loan"):
            yield self._keys_of(person, request.user)
        yield from super().sections(request, person)

    def _keys_of(self, person, viewer):
        loans = Loan.objects.visible_to(viewer).held_by(person).for_list()[:SHOWN]
        return Section(
            title=_("Holds these keys"),
            headings=[_("Key"), _("Status"), _("Due")],
            lines=[
                (
                    reverse("admin:keys_loan_change", args=[loan.pk]),
                    [loan.key, loan.status, date_format(timezone.localtime(loan.due_at), "SHORT_DATETIME_FORMAT")],
                )
                for loan in loans
            ],
            empty=_("Nothing."),
            more=_("All loans of this person"),
            address=f"{reverse('admin:keys_loan_changelist')}?show=all&borrower={person.pk}",
        )

    def links(self, request, person):
        yield from super().links(request, person)
        if request.user.has_perm("keys.view_loanexception"):
            yield _("Exceptions"), f"{reverse('admin:keys_loanexception_changelist')}?show=all&person={person.pk}"
