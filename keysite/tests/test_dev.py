"""The one script, as far as it can be asked without installing or starting anything."""

import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from keysite import development
from keysite.embedded import PROJECT, CannotStart


def dev(*words):
    return subprocess.run([sys.executable, str(PROJECT / "dev"), *words], capture_output=True, text=True, check=False)


def test_without_a_command_it_says_what_it_can_do():
    done = dev()

    assert done.returncode == 0
    for command in ("up", "test", "check", "manage", "lock", "bench", "load"):
        assert f"./dev {command}" in done.stdout


def test_an_unknown_command_is_named():
    assert development.main(["fly"]) == "./dev has no command 'fly': it has up, test, check, manage, lock, bench, load."


def test_the_environment_goes_before_what_development_needs(monkeypatch, tmp_path):
    (tmp_path / "secret-key").write_text("made once")
    monkeypatch.setattr(development, "VAR", tmp_path)
    monkeypatch.setenv("KEYSITE_DEBUG", "0")
    monkeypatch.delenv("KEYSITE_SECRET_KEY", raising=False)
    monkeypatch.delenv("KEYSITE_SITE_URL", raising=False)

    env = development.environment(8001)

    assert env["KEYSITE_DEBUG"] == "0"
    assert env["KEYSITE_SECRET_KEY"] == "made once"
    assert env["KEYSITE_SITE_URL"] == "http://127.0.0.1:8001"


def test_a_second_site_in_one_folder_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(development, "VAR", tmp_path)

    with development._only_one() as was_killed:
        assert not was_killed
        with pytest.raises(CannotStart, match="end that ./dev up first"), development._only_one():
            pass

    with development._only_one() as was_killed:
        assert not was_killed


def test_a_killed_site_is_remembered(monkeypatch, tmp_path):
    monkeypatch.setattr(development, "VAR", tmp_path)
    (tmp_path / "up.lock").write_text("running\n")

    with development._only_one() as was_killed:
        assert was_killed


def test_demo_data_is_offered_for_an_empty_database_only(capsys):
    assert not development._wants_demo(None, empty=False)
    assert not development._wants_demo(None, empty=True)
    assert "./dev up --demo" in capsys.readouterr().out
    assert development._wants_demo(True, empty=False)
    assert not development._wants_demo(False, empty=True)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-server.lock"])
def test_a_lock_has_hashes_and_no_host(name):
    lock = (PROJECT / name).read_text()

    assert "://" not in lock
    assert lock.count("--hash=sha256:") > lock.count("==") > 20


def test_a_template_that_names_a_missing_one_is_a_fault(settings, tmp_path):
    (tmp_path / "page.html").write_text('{% include "missing.html" %}')
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    with pytest.raises(CommandError, match=r"page.html: there is no template 'missing.html'"):
        call_command("check_templates")


def test_a_template_that_does_not_compile_is_a_fault(settings, tmp_path):
    (tmp_path / "page.html").write_text("{% if %}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    with pytest.raises(CommandError, match="page.html: "):
        call_command("check_templates")


@pytest.mark.parametrize("has_gettext", [True, False])
def test_a_translation_with_another_placeholder_is_a_fault(settings, monkeypatch, tmp_path, has_gettext):
    settings.BASE_DIR = tmp_path
    if not has_gettext:
        monkeypatch.setenv("PATH", str(tmp_path))
    catalogue = tmp_path / "locale" / "de" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n#, python-format\n'
    catalogue.write_text(header + 'msgid "Key %(key)s"\nmsgstr "Schlüssel %(schluessel)s"\n')

    with pytest.raises(CommandError, match="django.po"):
        call_command("check_translations")


def test_it_starts_on_python_alone():
    """Everything that ./dev imports before .venv exists comes with Python."""
    code = "import runpy, sys; sys.argv = ['dev']; runpy.run_path(sys.argv[0], run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
