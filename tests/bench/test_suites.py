"""What the bench of the test suites reads from their output, and writes."""

from bench.suites import Suite, counted, section

OUTPUT = """
....s                                                                    [100%]
4 passed, 1 skipped, 600 deselected in 12.30s
=== beside it
FAILED nothing in this line counts, 7 passed by
10 passed, 5 deselected in 70.01s (0:01:10)
"""


def test_tests_of_both_runs_are_counted() -> None:
    """`make test` prints the end of two runs."""
    assert counted(OUTPUT) == (14, 1)


def test_the_section_says_how_busy_the_machine_was() -> None:
    """Without it, a wall time means nothing."""
    told = section(0.25, [Suite(target="test-fast", wall_s=150, cpu_s=240, passed=14, skipped=1)])
    assert "load average before: 0.2." in told[1]
    assert "| `make test-fast` | 2.5 min | 4.0 min | 3 min | 14 | 1 |" in told
