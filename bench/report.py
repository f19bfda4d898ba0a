"""docs/performance.md: the table of ratios, how to read it, and sections: what a load saw while parts were killed, …

Each part is written by itself: `./dev bench` writes what comes first and the inventory, `python -m bench.selection` how
keys are chosen, `./dev load` the section at the end.
"""

import os
import statistics
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

ASSETS = "\n## The inventory\n"
ASSETS_HEAD = """
Measured by `./dev bench` on {date} with {assets:,} assets and {assignments:,} assignments, and in the same run with
{small:,} assets and {small_assignments:,} assignments; built by COPY. A list shows as many rows at both sizes. CPU is
that of Python and PostgreSQL together, in process; wall is the whole request through gunicorn; medians.

| list | queries | CPU ms, small | CPU ms, large | times | wall ms, small | wall ms, large | |
|---|---|---|---|---|---|---|---|
"""
BOUNDS_HEAD = """
| bound | seen | |
|---|---|---|
"""
SELECTION = "\n## Which keys to hand out\n"
SELECTION_HEAD = """
Written by `python -m bench.selection` on {date}: choosing keys for {doors} doors at most, on a campus of 20,000 doors,
12,000 symbols and 89,000 pairs of symbol and door; {requests:,} requests on each campus, for doors of one department,
one building, several buildings, next to each other or anywhere, for each level and order, by people who hold up to six
keys. Without the database; in one thread of a machine with {cores} cores and before that a load of {busy:.1f}. “Proven”
is a choice that no other beats, and a list of alternatives that lacks none.

| | p50 ms | p95 ms | longest ms | proven | alternatives: p50 ms | p95 ms | longest ms | proven |
|---|---|---|---|---|---|---|---|---|
"""
DOORS = "\n## The doors\n"
DOORS_HEAD = """
Written by `python -m bench.doors` on {date}: {door:,} doors, {keysymbol:,} symbols, {operates:,} pairs of symbol and
keyset, {key:,} keys, {loan:,} loans of which {out:,} are out; built by COPY. CPU is read from the scheduler's books,
Python and PostgreSQL apart; medians and 95th percentiles. A question is all that its page asks: who can open a door is
three of them, for lost keys, holders and cabinets. Every time includes what PostgreSQL takes to plan. The machine had
{cores} cores and before that a load of {busy:.1f}: on a busy one the same work takes more CPU.

| question | CPU Python ms | CPU PostgreSQL ms | PostgreSQL p95 ms | wall median ms | wall p95 ms |
|---|---|---|---|---|---|
"""
DOOR_BOUNDS = {
    "who can open this door": 5,
    "what can this person open": 10,
    "doors of a lost master, keys and holders": 70,
}  # milliseconds of the database
TICKETS = "\n## The tickets\n"
TICKETS_HEAD = """
Written by `python -m bench.tickets` on {date}: {tickets:,} tickets of which {open:,} are open, {comments:,} comments,
{people:,} people, {assets:,} assets; built by COPY. A list shows fifty tickets with all that stands around them. CPU is
read from the scheduler's books, Python and PostgreSQL apart; medians. The machine had {cores} cores and before that a
load of {busy:.1f}. A page has at most 12 statements and 15 ms of the database.

| page or question | queries | CPU Python ms | CPU PostgreSQL ms | wall median ms | |
|---|---|---|---|---|---|
"""
LOAD = "\n## A mixed load while parts are killed\n"
LOAD_HEAD = """
Written by `./dev load` on {date}. People check keys out, renew them, bring them back and look at lists, {rate} requests
a second for {seconds} s. The worker is killed after a third of the time, PostgreSQL in all its processes after two
thirds. Whoever gets an error sends the same again until there is an answer; then what was acknowledged is compared with
what is in the database. The machine had {cores} cores and before that a load of {busy:.1f}: only on a calm one do the
times tell anything; what is lost, doubled or fails without cause has to be 0 on any.

| | seen |
|---|---|
"""
SECTIONS = (ASSETS, SELECTION, DOORS, TICKETS, LOAD)


def write(target, size, meters, facts):
    """Write the report, and print it; what ./dev load has written stays."""
    floors = {meter.path: meter for meter in meters if meter.way == "floor"}
    rows = ["| " + " | ".join(meter.row(floors[meter.path])) + " |" for meter in meters]
    head = HEAD.format(loans=size.loans, keys=size.keys, people=size.people, overdue=size.overdue, **facts)
    bounds = "\n".join(_bounds(meters, floors, facts))
    report = head + "\n".join(rows) + "\n" + TAIL.format(bounds=bounds, **facts)
    _put(target, "", report)


def write_assets(target, small, large, figures, *, smallest):
    """Write the section on the inventory; the rest stays."""
    sizes = {"small": smallest, "small_assignments": 4 * smallest, "assignments": 4 * figures["assets"]}
    section = ASSETS_HEAD.format(date=date.today(), assets=figures["assets"], **sizes)
    section += "".join(_list_line(name, small[name], large[name]) + "\n" for name in large)
    section += BOUNDS_HEAD + "".join(line + "\n" for line in _asset_bounds(figures))
    _put(target, ASSETS, section)


def _list_line(name, small, large):
    """One list at both sizes: at most 12 queries, and at most 1.3 times as slow."""
    inside, outside = large
    times = inside.cpu_ms / small[0].cpu_ms
    walls = [f"{statistics.median(meter.wall) * 1000:.0f}" for meter in (small[1], outside)]
    met = inside.queries <= 12 and times <= 1.3
    cells = [name, inside.queries, f"{small[0].cpu_ms:.0f}", f"{inside.cpu_ms:.0f}", f"{times:.2f}", *walls]
    return "| " + " | ".join(map(str, [*cells, "met" if met else "missed"])) + " |"


def _asset_bounds(figures):
    availability = figures["availability"]
    yield _line("availability of 500 units with 400 reservations ≤ 50 ms", f"{availability:.0f} ms", availability <= 50)
    (many, (ms, asked)), (few, (_ms, asked_of_few)) = figures["kits"].items()
    seen = f"{ms:.0f} ms, {asked} statements; of {few}: {asked_of_few}"
    yield _line(f"a kit of {many} goes out with as many statements as one of {few}", seen, asked == asked_of_few)
    seconds, grown = figures["import"]
    yield _line("dry run of 10,000 lines ≤ 60 s", f"{seconds:.0f} s", seconds <= 60)
    yield _line(
        "memory grows by ≤ 64 MB from 1,000 to 10,000 lines, which are in memory", f"{grown:.0f} MB", grown <= 64
    )


def write_load(target, rows, *, rate, seconds, busy):
    """Write the section on the load; what ./dev bench has written stays."""
    head = LOAD_HEAD.format(date=date.today(), rate=rate, seconds=seconds, cores=os.cpu_count(), busy=busy)
    table = "".join(f"| {name} | {figure} |\n" for name, figure in rows.items())
    _put(target, LOAD, head + table)


def write_selection(target, campuses, *, doors, busy):
    """Write the section on choosing keys: of each campus what ``bench.selection.Times`` holds.

    The first campus is the one with a bound.
    """
    requests = len(next(iter(campuses.values())).chosen)
    section = SELECTION_HEAD.format(date=date.today(), doors=doors, requests=requests, cores=os.cpu_count(), busy=busy)
    for name, times in campuses.items():
        shares = (f"{sum(proven) / requests:.1%}" for proven in (times.proven, times.complete))
        cells = [name, *_spread(times.chosen), next(shares), *_spread(times.compared), next(shares)]
        section += "| " + " | ".join(cells) + " |\n"
    ((name, times), *_others) = campuses.items()
    p95 = _spread(times.chosen)[1]
    bound = _line(f"{name}: keys for up to {doors} doors ≤ 300 ms at p95", f"{p95} ms", float(p95) <= 300)
    _put(target, SELECTION, section + BOUNDS_HEAD + bound + "\n")


def write_doors(target, meters, rows, import_seconds, *, busy):
    """Write the section on doors; ``rows`` says how many there are of each kind."""
    section = DOORS_HEAD.format(date=date.today(), cores=os.cpu_count(), busy=busy, **rows)
    for meter in meters:
        python, (postgres, p95, _longest) = _spread(meter.python)[0], _spread(meter.postgres)
        section += "| " + " | ".join([meter.path, python, postgres, p95, *_spread(meter.wall)[:2]]) + " |\n"
    bounds = []
    for meter in meters:
        if most := DOOR_BOUNDS.get(meter.path):
            seen = float(_spread(meter.postgres)[0])
            bounds.append(_line(f"{meter.path}: ≤ {most} ms in the database", f"{seen} ms", seen <= most))
    bounds.append(_line("dry run of 45,000 lines ≤ 2 min", f"{import_seconds:.0f} s", import_seconds <= 120))
    _put(target, DOORS, section + BOUNDS_HEAD + "\n".join(bounds) + "\n")


def write_tickets(target, meters, report, sent, rows, *, busy):
    """Write the section on tickets; ``report`` has the meters of the floor and of the deed, ``sent`` is of a POST."""
    section = TICKETS_HEAD.format(date=date.today(), cores=os.cpu_count(), busy=busy, **rows)
    for meter in meters:
        python, postgres, wall = (_spread(seconds)[0] for seconds in (meter.python, meter.postgres, meter.wall))
        met = meter.queries <= 12 and float(postgres) <= 15
        cells = [meter.path, str(meter.queries), python, postgres, wall, "met" if met else "missed"]
        section += "| " + " | ".join(cells) + " |\n"
    floor, deed = report
    ratio = deed.cpu_ms / floor.cpu_ms
    bounds = [
        _line("a report that a stranger sends: ≤ 15 statements", str(sent), sent <= 15),
        _line("a report: deed ≤ 4 × floor", f"{ratio:.1f} ×", ratio <= 4),
    ]
    _put(target, TICKETS, section + BOUNDS_HEAD + "\n".join(bounds) + "\n")


def _spread(seconds):
    """Median, 95th percentile and longest, in milliseconds."""
    in_order = sorted(seconds)
    places = (len(in_order) // 2, int(len(in_order) * 0.95), -1)
    return [f"{in_order[place] * 1000:.1f}" for place in places]


def _put(target, heading, section):
    """Write this part of the report, and print it; the other parts stay."""
    rest, parts = target.read_text() if target.exists() else "", {}
    for mark in reversed(SECTIONS):
        rest, found, text = rest.partition(mark)
        parts[mark] = found + text
    parts = {"": rest} | {mark: parts[mark] for mark in SECTIONS}
    parts[heading] = heading + section
    target.write_text("".join(parts.values()))
    print(section)


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
