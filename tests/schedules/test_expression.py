"""What is a Quartz cron expression, by table."""

import pytest

from schedules import quartz_problem


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("0 0 4 2 * ?", None),
        ("0 0/15 8-18 ? * MON-FRI", None),
        ("0 0 6 L * ? 2030", None),
        ("0 0 6 ? * 6#3", None),
        ("0 0 6 ? * 6L", None),
        ("0 0 6 ? * FRIL", None),
        ("0 0 6 L-3 * ?", None),
        ("0 0 6 LW * ?", None),
        ("0 0 6 ? * L", None),
        ("0 0 6 ? * fri-mon", None),
        ("0 0 4 2 *", "has 5 fields"),
        ("0 0 4 ? * 8", "has '8' for day of week: use 1 to 7"),
        ("0 0 4 ? * 6#6", "has '6#6' for day of week"),
        ("0 0 4 L-31 * ?", "has 'L-31' for day of month: use L-0 to L-30"),
        ("0 0 4 32W * ?", "has '32W' for day of month: use 1 to 31"),
        ("0 R 4 * * ?", "has 'R' for minutes"),
        ("0 1,,2 4 * * ?", "has '1,,2' for minutes"),
        ("0 */0 4 * * ?", "has '*/0' for minutes"),
        ("0 *-5 4 * * ?", "has '*-5' for minutes"),
        ("0 0 4 * * ? 2030-2020", "has '2030-2020' for year"),
        ("0 60 4 2 * ?", "has '60' for minutes: use 0 to 59"),
        ("0 0 4 * * *", "needs ? for exactly one"),
        ("0 0 4 ? * ?", "needs ? for exactly one"),
        ("0 0 4 x * ?", "has 'x' for day of month"),
        ("0 0 4 ? * MAY", "has 'MAY' for day of week"),
    ],
)
def test_quartz(expression: str, problem: str | None) -> None:
    """Quartz expressions pass, and what Databricks would refuse is explained."""
    found = quartz_problem(expression)
    assert (found is None) if problem is None else (found is not None and found.startswith(problem))
