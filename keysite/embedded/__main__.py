"""``python -m keysite.embedded run [--temp] -- command …``: run the command with both servers."""

import argparse
import json
import sys
from pathlib import Path

from . import PROJECT, CannotStart
from .commands import run_with_services
from .keeper import keep
from .places import Place


def main():
    """Run a command with services, or be the keeper of somebody who does; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m keysite.embedded", description=__doc__)
    deeds = parser.add_subparsers(dest="deed", required=True)
    run = deeds.add_parser("run", help="run a command with DATABASE_URL and REDIS_URL set")
    run.add_argument("--temp", action="store_true", help="with servers that are thrown away")
    run.add_argument("--var", type=Path, default=PROJECT / "var", help="the folder of the data")
    run.add_argument("command", nargs="+")
    deeds.add_parser("keep").add_argument("task", type=json.loads)
    options = parser.parse_args()
    if options.deed == "keep":
        return _keep(**options.task)
    try:
        return run_with_services(options.command, var=options.var.resolve(), temp=options.temp)
    except CannotStart as trouble:
        return f"keysite: {trouble}"


def _keep(*, var, home, run, temp, lease, wanted):
    place = Place(Path(home if temp else var), Path(home), Path(run), temp)
    with open(lease, "ab") as file:
        keep(place, file, Path(var), wanted)


sys.exit(main())
