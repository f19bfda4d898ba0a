"""The shape of what people type about themselves, and how any form does its deed once."""

from accounts.forms.deeds import DeedForm, new_once
from accounts.forms.fields import AddressField, CodeField, DepartmentField
from accounts.forms.people import CodeForm, DepartmentProposalForm, ProfileForm, SignInForm

__all__ = [
    "AddressField",
    "CodeField",
    "CodeForm",
    "DeedForm",
    "DepartmentField",
    "DepartmentProposalForm",
    "ProfileForm",
    "SignInForm",
    "new_once",
]
