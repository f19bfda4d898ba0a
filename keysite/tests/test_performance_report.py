"""docs/performance.md has several writers: each leaves alone what the others have written."""

from types import SimpleNamespace

from bench.meter import Meter
from bench.report import write, write_assets, write_load

SIZE = SimpleNamespace(loans=10, keys=5, people=3, overdue=1)
FACTS = {"date": "2026-11-22", "postgres": 18, "python": "3.11", "built": 1, "wait": 20, "grown": 0}


def test_the_bench_keeps_the_section_on_the_load_and_the_load_what_comes_before(tmp_path):
    report = tmp_path / "performance.md"

    write(report, SIZE, [], FACTS)
    write_load(report, {"lost deeds": "1"}, rate=20, seconds=15, busy=0.1)
    write(report, SIZE, [], FACTS | {"date": "2026-11-23"})
    write_load(report, {"lost deeds": "0"}, rate=20, seconds=120, busy=0.1)

    text = report.read_text()
    assert "Written by `./dev bench` on 2026-11-23" in text
    assert text.count("Written by `./dev load`") == 1
    assert text.endswith("| | seen |\n|---|---|\n| lost deeds | 0 |\n")


def test_the_section_on_the_inventory_is_written_by_itself(tmp_path):
    report = tmp_path / "performance.md"
    write(report, SIZE, [], FACTS)
    write_load(report, {"lost deeds": "0"}, rate=20, seconds=15, busy=0.1)
    before = report.read_text()

    for milliseconds in (40, 60):
        figures = {"assets": 100, "availability": milliseconds, "kits": {30: (9, 17), 5: (4, 17)}, "import": (20, 5)}
        write_assets(report, {"list": _meters(1)}, {"list": _meters(2)}, figures, smallest=10)

    text = report.read_text()
    assert text.count("## The inventory") == 1
    assert "| availability of 500 units with 400 reservations ≤ 50 ms | 60 ms | missed |" in text
    assert "| list | 4 | 2000 | 4000 | 2.00 | 1000 | 2000 | missed |" in text
    kept = text.replace(text[text.index("\n## The inventory") : text.index("\n## A mixed load")], "")
    assert kept == before


def _meters(seconds):
    """What was measured in process and through gunicorn."""
    inside, outside = Meter("list", "in process"), Meter("list", "through gunicorn")
    for meter in (inside, outside):
        meter.queries, meter.wall, meter.python, meter.postgres = 4, [seconds], [seconds], [seconds]
    return inside, outside
