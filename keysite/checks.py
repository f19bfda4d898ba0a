"""What ``./dev check`` checks."""

import secrets
import subprocess
import sys
import time

from keysite.embedded import PROJECT

PYTHON = [sys.executable, "-m"]
MANAGE = [sys.executable, str(PROJECT / "manage.py")]
LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
PRODUCTION = {
    "KEYSITE_DEBUG": "0",
    "KEYSITE_ALLOWED_HOSTS": "keys.example.edu",
    "KEYSITE_SITE_URL": "https://keys.example.edu",
    "KEYSITE_SMTP_URL": "smtp://mail.example.edu:25",
    "KEYSITE_MAIL_DIR": "",
}


def run(env, *, only=()):
    """Run the checks (``only`` those named, when there are any); return 1 when one fails, with what it said."""
    failed = []
    for name, words, settings in _steps(env):
        if only and name not in only:
            continue
        started = time.monotonic()
        done = subprocess.run(words, cwd=PROJECT, env=settings, capture_output=True, text=True)
        seconds = time.monotonic() - started
        print(f"{'failed' if done.returncode else 'ok':6} {name} ({seconds:.1f} s)", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout, done.stderr, sep="", flush=True)
    print(f"Failed: {', '.join(failed)}." if failed else "All is well.")
    return 1 if failed else 0


def _steps(env):
    """Name, command and environment of each check."""
    production = env | PRODUCTION | {"KEYSITE_SECRET_KEY": secrets.token_urlsafe(50)}
    yield "format", [*PYTHON, "ruff", "format", "--check", "."], env
    yield "lint", [*PYTHON, "ruff", "check", "."], env
    yield "imports", [sys.executable, "-c", LINT_IMPORTS], env
    yield "html", [*PYTHON, "djlint", "--lint", "--quiet", *_template_folders()], env
    yield "compose", [*PYTHON, "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"], env
    yield "templates", [*MANAGE, "check_templates"], env
    yield "translations", [*MANAGE, "check_translations"], env
    yield "migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], env
    yield "settings", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], production


def _template_folders():
    return [str(folder.relative_to(PROJECT)) for folder in (PROJECT / "templates", *PROJECT.glob("*/templates"))]
