"""docs/performance.md: the table of ratios, and how to read it."""

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


def write(target, size, meters, facts):
    """Write the report, and print it."""
    floors = {meter.path: meter for meter in meters if meter.way == "floor"}
    rows = ["| " + " | ".join(meter.row(floors[meter.path])) + " |" for meter in meters]
    head = HEAD.format(loans=size.loans, keys=size.keys, people=size.people, overdue=size.overdue, **facts)
    bounds = "\n".join(_bounds(meters, floors, facts))
    report = head + "\n".join(rows) + "\n" + TAIL.format(bounds=bounds, **facts)
    target.write_text(report)
    print(report)


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
