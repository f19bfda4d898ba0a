"""docs/performance.md has several writers: each leaves alone what the others have written."""

from types import SimpleNamespace

from bench.meter import Meter
from bench.report import write, write_assets, write_load, write_selection

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


def test_the_section_on_choosing_keys_stands_before_the_load(tmp_path):
    report = tmp_path / "performance.md"
    write(report, SIZE, [], FACTS)
    write_load(report, {"lost deeds": "0"}, rate=20, seconds=15, busy=0.1)
    before = report.read_text()

    for slowest in (0.2, 0.4):
        times = SimpleNamespace(chosen=[0.1, slowest], compared=[0.5, 0.6], proven=[True, True], complete=[True, False])
        write_selection(report, {"campus M": times}, doors=20, busy=0.1)

    text = report.read_text()
    assert text.count("## Which keys to hand out") == 1
    assert "| campus M | 400.0 | 400.0 | 400.0 | 100.0% | 600.0 | 600.0 | 600.0 | 50.0% |" in text
    assert "| campus M: keys for up to 20 doors ≤ 300 ms at p95 | 400.0 ms | missed |" in text
    kept = text.replace(text[text.index("\n## Which keys") : text.index("\n## A mixed load")], "")
    assert kept == before


def _meters(seconds):
    """What was measured in process and through gunicorn."""
    inside, outside = Meter("list", "in process"), Meter("list", "through gunicorn")
    for meter in (inside, outside):
        meter.queries, meter.wall, meter.python, meter.postgres = 4, [seconds], [seconds], [seconds]
    return inside, outside
