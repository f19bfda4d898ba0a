"""The people every test knows."""

import hypothesis
import pytest
from django.contrib.auth.models import Group

from accounts.operations import sync_roles
from accounts.roles import ROLES
from accounts.tests.factories import PersonFactory
from keysite.tests.clients import SignedInClient

# The same examples on every machine, however slow it is.
hypothesis.settings.register_profile("keysite", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("keysite")


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """A password is hashed in no time: what is slow on purpose is slow in tests too."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def media_of_tests(tmp_path_factory):
    return str(tmp_path_factory.mktemp("media"))


@pytest.fixture(autouse=True)
def uploads_aside(settings, media_of_tests):
    """What tests upload is nobody's photo."""
    settings.MEDIA_ROOT = media_of_tests


@pytest.fixture
def client():
    """A browser whose ``force_login`` is a staff sign-in, for staff."""
    return SignedInClient()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The groups of the roles are there from the beginning: making them anew took a tenth of the time."""
    with django_db_blocker.unblock():
        sync_roles()


@pytest.fixture
def roles(db):
    """They are gone only where a test with transactions of its own has emptied the database."""
    if Group.objects.count() != len(ROLES):
        sync_roles()


@pytest.fixture
def make_staff(roles):
    """A person with one role, who may open the console."""

    def make(role, **fields):
        person = PersonFactory(email=f"{role}@example.edu", is_staff=True, **fields)
        person.groups.add(Group.objects.get(name=role))
        return person

    return make


@pytest.fixture
def borrower(db):
    return PersonFactory(email="borrower@example.edu")


@pytest.fixture
def clerk(make_staff):
    return make_staff("desk")


@pytest.fixture
def key_shop(make_staff):
    return make_staff("key_shop")


@pytest.fixture
def building_manager(make_staff):
    return make_staff("building_manager")


@pytest.fixture
def technician(make_staff):
    return make_staff("technician")


@pytest.fixture
def auditor(make_staff):
    return make_staff("auditor")


@pytest.fixture
def administrator(make_staff):
    return make_staff("administrator")
