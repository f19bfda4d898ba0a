"""The page of a person, with what they hold."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from assets.admin import HolderAdmin
from keys.admin.loss_sections import losses_about
from keys.admin.request_sections import requests_about
from keys.admin.sections import SHOWN, list_of, moment, opened_by_person, page_of
from keys.models import Loan
from keysite.console import Section

admin.site.unregister(Person)


@admin.register(Person)
class BorrowerAdmin(HolderAdmin):
    """Where people meet keys; ``accounts`` and ``assets`` know nothing of these."""

    def sections(self, request, person):
        if request.user.has_perm("keys.view_loan"):
            yield self._keys_of(person, request.user)
        yield from losses_about(request.user, person=person)
        if request.user.has_perm("keys.view_door"):
            yield opened_by_person(person, request.user)
        yield from requests_about(request.user, person=person)
        yield from super().sections(request, person)

    def _keys_of(self, person, viewer):
        loans = Loan.objects.visible_to(viewer).held_by(person).with_redundancy().in_short()[:SHOWN]
        return Section(
            title=_("Holds these keys"),
            headings=[_("Key"), _("Status"), _("Due"), _("Needed")],
            lines=[(page_of(loan), [loan.key, loan.status, moment(loan.due_at), self._need(loan)]) for loan in loans],
            empty=_("Nothing."),
            more=_("All loans of this person"),
            address=list_of("loan", f"show=all&borrower={person.pk}"),
        )

    def _need(self, loan):
        return _("No: all its doors are opened by the other keys") if loan.is_redundant else "–"

    def links(self, request, person):
        yield from super().links(request, person)
        if request.user.has_perm("keys.view_loanexception"):
            yield _("Exceptions"), list_of("loanexception", f"show=all&person={person.pk}")
        if request.user.has_perm("keys.view_charge"):
            yield _("Fees"), list_of("charge", f"show=all&person={person.pk}")
