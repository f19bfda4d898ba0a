"""The shape of what people type about themselves or scan at a desk, and how any form does its deed once."""

from accounts.forms.baskets import BasketField, BasketForm, Line, clip, is_readable, lines_of
from accounts.forms.deeds import DeedForm, new_once
from accounts.forms.desk import TakerForm
from accounts.forms.fields import AddressField, CodeField, DayField, DepartmentField, TimeOfDayField
from accounts.forms.people import CodeForm, DepartmentProposalForm, InvitationForm, ProfileForm, SignInForm

__all__ = [
    "AddressField",
    "BasketField",
    "BasketForm",
    "CodeField",
    "CodeForm",
    "DayField",
    "DeedForm",
    "DepartmentField",
    "DepartmentProposalForm",
    "InvitationForm",
    "Line",
    "ProfileForm",
    "SignInForm",
    "TakerForm",
    "TimeOfDayField",
    "clip",
    "is_readable",
    "lines_of",
    "new_once",
]
