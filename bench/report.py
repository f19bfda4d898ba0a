"""docs/performance.md: the table of ratios, how to read it, and what a load saw while parts were killed.

Two commands write it, each its own part: `./dev bench` what comes first, `./dev load` the section at the end.
"""

from datetime import date

HEAD = """# Performance

Written by `./dev bench` on {date}: PostgreSQL {postgres}, Python {python}, {loans:,} loans, {keys:,} keys,
{people:,} people, {overdue:,} of the loans overdue; built by COPY in {built:.0f} s.

**How to read it.** Each path is measured three ways in one run, in turns, on the same server and rows. *Floor*: the
statements that the deed or page sends (reads, locks, writes, history rows), sent again by psycopg as prepared
statements, without Django. *In process*: the deed or page called in Python. *Through gunicorn*: the whole request on
loopback. CPU is read from the scheduler's books, Python and PostgreSQL apart; medians. The ratio compares CPU with
the floor; it holds from machine to machine, milliseconds do not. Queries leave out transaction control.

| path | way | queries | CPU Python ms | CPU PostgreSQL ms | wall median ms | wall p95 ms | ratio |
|---|---|---|---|---|---|---|---|
"""

TAIL = """
The notice run's floor is one set-based statement that writes the same reminders and outbox rows. While the run went
on, a desk checked keys out and back: its longest return took {wait:.0f} ms. Memory grew by {grown:.0f} MB.

## Bounds

| bound | seen | |
|---|---|---|
{bounds}
"""

LOAD = "\n## A mixed load while parts are killed\n"
LOAD_HEAD = """
Written by `./dev load` on {date}. People check keys out, renew them, bring them back and look at lists, {rate} requests
a second for {seconds} s. The worker is killed after a third of the time, PostgreSQL in all its processes after two
thirds. Whoever gets an error sends the same again until there is an answer; then what was acknowledged is compared with
what is in the database.

| | seen |
|---|---|
"""


def write(target, size, meters, facts):
    """Write the report, and print it; what ./dev load has written stays."""
    floors = {meter.path: meter for meter in meters if meter.way == "floor"}
    rows = ["| " + " | ".join(meter.row(floors[meter.path])) + " |" for meter in meters]
    head = HEAD.format(loans=size.loans, keys=size.keys, people=size.people, overdue=size.overdue, **facts)
    bounds = "\n".join(_bounds(meters, floors, facts))
    report = head + "\n".join(rows) + "\n" + TAIL.format(bounds=bounds, **facts)
    target.write_text(report + _parts(target)[1])
    print(report)


def write_load(target, rows, *, rate, seconds):
    """Write the section on the load; what ./dev bench has written stays."""
    head = LOAD_HEAD.format(date=date.today(), rate=rate, seconds=seconds)
    table = "".join(f"| {name} | {figure} |\n" for name, figure in rows.items())
    target.write_text(_parts(target)[0] + LOAD + head + table)


def _parts(target):
    """What ./dev bench and what ./dev load has written."""
    bench, mark, load = (target.read_text() if target.exists() else "").partition(LOAD)
    return bench, mark + load


def _bounds(meters, floors, facts):
    for meter in meters:
        ratio = meter.cpu_ms / floors[meter.path].cpu_ms
        if meter.way != "in process":
            continue
        if meter.path in ("check out", "return"):
            yield _line(f"{meter.path}: deed ≤ 4 × floor", f"{ratio:.1f} ×", ratio <= 4)
        elif meter.path == "notice run":
            yield _line("notice run ≤ 2.5 × floor", f"{ratio:.1f} ×", ratio <= 2.5)
        else:
            seen = f"{meter.queries} queries, {meter.cpu_ms:.0f} ms"
            yield _line(f"{meter.path}: ≤ 12 queries, ≤ 60 ms CPU", seen, meter.queries <= 12 and meter.cpu_ms <= 60)
    yield _line("a return waits ≤ 200 ms for the notice run", f"{facts['wait']:.0f} ms", facts["wait"] <= 200)


def _line(bound, seen, met):
    return f"| {bound} | {seen} | {'met' if met else 'missed'} |"
