"""The house style, as far as a program can read it: our own files say what they may."""

import ast
import inspect
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from simple_history.models import HistoricalChanges

import accounts.operations
import assets.operations
import keys.operations
import tickets.operations
from keysite.tests.deed_names import BY_NOBODY, BY_ONESELF, BY_WHO_PROVES_IT, QUESTIONS, TESTED_IN
from keysite.tests.deeds import deeds

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("accounts", "assets", "keys", "tickets")

WRITES = {"save", "create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
WRITES |= {f"a{name}" for name in WRITES} | {"execute", "executemany", "raw", "log_actions"}
# Rows for operations; photos to disk; drawings into memory.
MAY_WRITE = {"keysite/ledger.py", "keysite/images.py", "keysite/demo/pictures.py"}
LEDGER_WRITES = {"record", "record_new", "record_changes", "record_import", "record_past", "insert_from", "remove"}
LEDGER_WRITES |= {"record_all", "record_from"}
# Besides operations: what the console's plain edit form saves, and Django's own way to make the first person.
MAY_RECORD = {"keysite/console/saving.py", "accounts/models/people.py"}

USUAL = {"models", "operations", "notices", "tasks", "admin", "views", "urls", "forms", "filters", "apps"}
FOLDERS = {"management", "migrations", "tests"}
# Pure algorithms, and what the libraries we use ask for by a module of their own.
MORE = {
    "accounts": {"adapters", "codes", "context", "due", "middleware", "roles", "trust"},
    "assets": {"asset_columns", "asset_list", "availability", "ical", "locations"},
    "keys": {"chart", "door_list", "impact", "key_list", "sampling", "selection", "thresholds"},
    "tickets": {"imap_box", "mail_in", "mail_text", "recurrence", "tokens"},
}
UNWELCOME = {"utils", "helpers", "services", "managers", "signals", "mixins", "constants", "base", "common"}

MAY_READ_ENVIRONMENT = ("keysite/environment.py", "keysite/embedded/", "keysite/supervisor.py", "keysite/celery.py")
MAY_READ_ENVIRONMENT += ("keysite/development.py", "keysite/wsgi.py", "manage.py", "dev", "bench/")


@cache
def files(*, tests=False):
    """Our Python files with their trees, by path; migrations are Django's."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py", "dev"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = [name for name in listed.stdout.split() if "/migrations/" not in name and (ROOT / name).exists()]
    return {name: ast.parse((ROOT / name).read_text()) for name in names if tests or not is_test(name)}


def is_test(name):
    return "/tests/" in name or name == "conftest.py"


def is_operation(name):
    return "operations" in Path(name).with_suffix("").parts or Path(name).name == "notices.py"


def calls(tree):
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))


def functions(tree):
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length_of(function):
    """Lines from ``def`` to the end, without the docstring."""
    words = function.body[0] if ast.get_docstring(function) else None
    return function.end_lineno - function.lineno + 1 - (words.end_lineno - words.lineno + 1 if words else 0)


def is_write(call):
    name = call.func.attr
    if name in {"save", "asave"}:  # a form may look at what it would save
        return not any(word.arg == "commit" and not word.value.value for word in call.keywords)
    if name in {"update", "aupdate"}:  # of a dictionary or a hash: without keywords
        return bool(call.keywords)
    if name in {"delete", "adelete"}:  # of a cache: with a key
        return not call.args
    return name in WRITES


def our_models():
    return [model for app in APPS for model in apps.get_app_config(app).get_models() if "Historical" not in str(model)]


DEEDS = deeds(accounts.operations) | deeds(assets.operations) | deeds(keys.operations) | deeds(tickets.operations)


def test_only_operations_write():
    found = [
        f"{name}:{call.lineno} {ast.unparse(call)[:60]}"
        for name, tree in files().items()
        if not is_operation(name) and name not in MAY_WRITE and not name.startswith("bench/")
        for call in calls(tree)
        if is_write(call)
    ]

    assert found == []


def test_only_operations_and_the_plain_edit_form_record():
    found = [
        f"{name}: {alias.name}"
        for name, tree in files().items()
        if not is_operation(name) and name not in MAY_RECORD and not name.startswith("bench/")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "keysite.ledger"
        for alias in node.names
        if alias.name in LEDGER_WRITES
    ]

    assert found == []


def test_nothing_acts_at_a_distance():
    def is_signal(node):
        if isinstance(node, ast.ImportFrom):
            return "signals" in (node.module or "") or node.module == "django.dispatch"
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "connect"

    found = [f"{name}:{node.lineno}" for name, tree in files().items() for node in ast.walk(tree) if is_signal(node)]

    assert [place for place in found if not place.startswith(("keysite/embedded/", "bench/"))] == []


def test_no_model_overrides_how_it_is_saved():
    overridden = {"save", "delete", "clean", "full_clean"}

    assert [model for model in our_models() if overridden & set(vars(model))] == []


def test_imports_stand_at_the_top():
    found = [
        f"{name}:{node.lineno}"
        for name, tree in files().items()
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert found == []


@pytest.mark.parametrize("app", APPS)
def test_an_app_has_the_usual_modules(app):
    names = {Path(name).relative_to(app).parts[0].removesuffix(".py") for name in files() if name.startswith(f"{app}/")}

    assert names - USUAL - FOLDERS - MORE[app] - {"__init__"} == set()


def test_no_module_is_called_after_nothing():
    assert [name for name in files(tests=True) if Path(name).stem in UNWELCOME] == []


def test_only_settings_read_the_environment():
    def reads(node):
        return isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv", "os.putenv"}

    found = [name for name, tree in files().items() if any(reads(node) for node in ast.walk(tree))]

    assert [name for name in found if not name.startswith(MAY_READ_ENVIRONMENT)] == []


def test_views_are_short():
    found = [
        f"{name}:{function.lineno} {function.name} {length_of(function)}"
        for name, tree in files().items()
        if "views" in Path(name).with_suffix("").parts
        for function in functions(tree)
        if function.args.args and function.args.args[0].arg == "request" and length_of(function) > 15
    ]

    assert found == []


def test_functions_are_short():
    found = [
        f"{name}:{function.lineno} {function.name} {length_of(function)}"
        for name, tree in files().items()
        if not name.startswith("bench/")
        for function in functions(tree)
        if length_of(function) > 25
    ]

    assert found == []


def test_files_are_short():
    lines = {name: len((ROOT / name).read_text().splitlines()) for name in files(tests=True)}

    assert {name: count for name, count in lines.items() if count > (400 if is_test(name) else 300)} == {}


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_says_what_happens_and_takes_keywords_and_who(name):
    deed = DEEDS[name]
    kinds = {parameter.kind for parameter in inspect.signature(deed).parameters.values()}

    assert deed.__doc__
    if name in QUESTIONS:
        return
    assert kinds <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}
    without = BY_NOBODY | BY_WHO_PROVES_IT | BY_ONESELF
    assert ("by" in inspect.signature(deed).parameters) != (name in without)


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_has_its_test_file(name):
    wanted = next((test for test, names in TESTED_IN.items() if name in names), f"test_{name}")

    assert wanted in {Path(path).stem for path in files(tests=True)}


def test_the_lists_of_deeds_name_only_deeds():
    listed = BY_NOBODY | BY_WHO_PROVES_IT | BY_ONESELF | QUESTIONS | set().union(*TESTED_IN.values())

    assert listed - set(DEEDS) == set()


@pytest.mark.parametrize("model", our_models())
def test_a_model_says_what_its_word_means(model):
    assert not model.__doc__.startswith(f"{model.__name__}(")


def test_every_version_has_a_number_that_lasts():
    histories = [model for model in apps.get_models() if issubclass(model, HistoricalChanges)]
    small = [model for model in histories if not isinstance(model._meta.pk, models.BigAutoField)]

    assert (len(histories) > 10, small) == (True, [])


def test_every_model_keeps_its_history_or_is_a_log_itself():
    without = {model.__name__ for model in our_models() if not hasattr(model, "history")}

    logs = {"AssetReminder", "AssignmentReminder", "Candidate", "Count", "ImportedRow", "Occurrence"}
    assert without == {"ApprovedDoor", "EmailCode", "FormKey", "Notice", "Reminder"} | logs


def test_nothing_disappears_because_something_else_did():
    inherited = {"groups", "user_permissions"}
    relations = [
        (model, field)
        for model in our_models()
        for field in [*model._meta.fields, *model._meta.many_to_many]
        if field.is_relation and field.name not in inherited
    ]

    assert [field for _model, field in relations if field.many_to_many] == []  # write those as a model
    assert [field for _model, field in relations if field.remote_field.on_delete is not models.PROTECT] == []
