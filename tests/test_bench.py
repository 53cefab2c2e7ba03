"""The benchmarks run, and what they print can be read by a script."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import report

ROOT = Path(__file__).resolve().parent.parent
TINY = {
    "BENCH_ROUNDS": "1",
    "BENCH_SECONDS": "0.3",
    "BENCH_ROWS": "30",
    "BENCH_CALLS": "200",
    "BENCH_SCREENS": "40",
    "SEED": "7",
    "BENCH_TICKETS_SMALL": "600",
    "BENCH_TICKETS_LARGE": "3000",
    "BENCH_TICKETS_A_DAY": "18",
    "BENCH_REQUESTS": "2",
    "BENCH_DOCUMENTS": "4",
    "BENCH_LONG_PAGES": "3",
    "BENCH_YEAR_SIZES": "400,1200",
    "BENCH_SAMPLES": "6",
}
REQUESTS = ("call_next", "receive", "board_unchanged", "worklist_of_30")
DOSSIER = ("receive", "search", "search_full", "worklist", "page", "step")
MAY_BE_NOTHING = ("board_unchanged", "errors", "left_waiting", "growth_mb", "sync_lost")
EXPECTED = {
    "visit": {"visits_per_s_1_client", "visits_per_s_4_clients"},
    "queries": {name + rows for name in REQUESTS for rows in ("", "_with_ten_times_the_rows")},
    "receipt": {"receipts_per_s"},
    "day": {
        "dashboard_growth",
        "dashboard_ms",
        "report_growth",
        "report_ms",
        "summarise_again_ms",
        "summarise_600",
        "summarise_3000",
    },
    "queue": {
        *(
            f"{what}_per_s_{clients}"
            for what in ("draws", "calls")
            for clients in ("1_client", "8_clients", "32_clients")
        ),
        "distinct_called",
        "errors",
        "left_waiting",
        "overtaking_pct",
        "client_cpu_pct",
    },
    "notarise": {"one_page_per_min", "twenty_pages_per_min", "growth_mb", "peak_200_pages_mb"},
    "sync": {"synced_per_s", "sync_lost"},
    "dossier": {
        *(f"{what}_{figure}" for what in DOSSIER for figure in ("p50_ms", "p95_ms", "growth")),
        "filled_400",
        "filled_1200",
        "floor_p50_ms",
        "growth",
        "synced_per_s",
        "sync_lost",
    },
    "boards": {"poll_cpu_pct", "poll_p95_s", "sse_p95_s", "sse_rss_mb"},
}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        env={**os.environ, **TINY, **environment},
        capture_output=True,
        text=True,
        timeout=1200,  # only so that nothing hangs for ever: how long it takes is not what is tested
    )


@pytest.mark.full
@pytest.mark.postgres
@pytest.mark.parametrize("bench", EXPECTED)
def test_a_benchmark_prints_its_figures_as_lines_of_json(bench: str) -> None:
    done = run(bench)
    assert done.returncode == 0, done.stderr
    lines: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["metric"] for line in lines} == EXPECTED[bench]
    for line in lines:
        assert {"bench", "metric", "value", "unit"} <= set(line)
        assert "floor" in line or line["metric"].startswith("summarise")
        assert line["bench"] == bench
        assert line["value"] > 0 or line["metric"].startswith(MAY_BE_NOTHING)


def test_the_estimates_bench_prints_its_three_figures_for_a_short_month() -> None:
    """The same seed gives the same month, and so the same figures."""
    short = {"BENCH_LEARNING": "3", "BENCH_MEASURED": "1", "BENCH_EVERY": "40", "BENCH_FEWEST": "1"}
    done, again = run("estimate", **short), run("estimate", **short)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["metric"] for line in lines] == ["coverage_pct", "coverage_worst_hour_pct", "error_gain_pct"]
    assert all((line["bench"], line["unit"]) == ("estimate", "%") for line in lines)
    assert done.stdout == again.stdout
    assert "waits estimated on 1 days" in done.stderr


def figure_of(capsys: pytest.CaptureFixture[str], value: float, **options: Any) -> dict[str, Any]:
    report.figure("visit", "visits", value, "1/s", **options)
    line: dict[str, Any] = json.loads(capsys.readouterr().out)
    return line


def test_a_figure_without_a_floor_says_only_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert figure_of(capsys, 12.3456) == {"bench": "visit", "metric": "visits", "value": 12.35, "unit": "1/s"}


@pytest.mark.parametrize(
    ("value", "options", "ratio"),
    [
        (50.0, {"floor": 100.0, "is_rate": True}, 2.0),  # half as fast
        (100.0, {"floor": 100.0, "is_rate": True}, 1.0),
        (20, {"floor": 10}, 2.0),  # twice as many
        (17, {"floor": 20}, 0.85),
        (0, {"floor": 0}, 1.0),  # none asked for, none needed
    ],
)
def test_the_ratio_grows_as_it_gets_slower_than_the_floor(
    capsys: pytest.CaptureFixture[str], value: float, options: dict[str, Any], ratio: float
) -> None:
    assert figure_of(capsys, value, **options)["ratio"] == ratio


def test_measurements_take_turns_and_the_median_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "ROUNDS", 3)
    turns: list[str] = []
    speeds = iter([1.0, 10.0, 3.0, 30.0, 2.0, 20.0])

    def measure(name: str) -> float:
        turns.append(name)
        return next(speeds)

    assert report.rounds(lambda: measure("a"), lambda: measure("b")) == [2.0, 20.0]
    assert turns == ["a", "b"] * 3


def test_chance_is_the_same_for_the_same_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEED", "7")
    first, again = report.chance(), report.chance()
    assert isinstance(first, random.Random)
    assert [first.random() for _ in range(3)] == [again.random() for _ in range(3)]


def test_an_unknown_benchmark_is_named_with_those_there_are() -> None:
    done = run("vist")
    assert done.returncode == 2
    assert "vist" in done.stderr
    assert "visit, queries, receipt, queue, boards, day, estimate" in done.stderr


def test_a_missing_server_is_one_clear_sentence(tmp_path: Path) -> None:
    """PostgreSQL is looked for in Debian's folder as well, so only its absence from both is tested: by a stand-in."""
    stand_in = (
        "import sys, tests.services as services\n"
        "services.glob.glob = lambda pattern: []\n"
        "services.shutil.which = lambda name: None\n"
        "from bench.__main__ import main\n"
        "sys.exit(main(['visit']))\n"
    )
    done = subprocess.run([sys.executable, "-c", stand_in], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "system_packages.py test" in done.stderr
    assert "Traceback" not in done.stderr
