"""docs/performance.md has several writers: each leaves alone what the others have written."""

from types import SimpleNamespace

from bench.report import write, write_load

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
