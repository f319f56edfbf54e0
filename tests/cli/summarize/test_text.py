"""A summary in words and small pictures."""

import pytest

from cli.summarize.columns import Column, Facts, Summary
from cli.summarize.text import number, picture, shortened, values

TEXT = Column(name="code", type="STRING")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (167484.3, "167,500"), (-0.0023456, "-0.002346"), (1e6, "1,000,000"), (1.5e308, "1.5e+308"), (7, "7")],
)
def test_a_number_is_rounded_and_readable(value: float, shown: str) -> None:
    """Four digits; an exponent only for what is very large or very small."""
    assert number(value) == shown


def test_a_text_of_digits_stays_as_it_is() -> None:
    """It is a name and no number; a date is no number either."""
    facts = Facts(rows=4, nulls=0, distinct=1)
    assert list(values(Summary(column=TEXT, facts=facts, frequent=(("000123456789", 4),)))) == [
        "000123456789 4 (100.0%)"
    ]
    assert shortened("2024-01-01") == "2024-01-01"


def test_the_highest_bar_is_full_and_an_empty_bin_is_empty() -> None:
    """Whatever is there at all can be seen."""
    assert picture(Summary(column=TEXT, facts=Facts(rows=4, nulls=0), bins=(0, 1, 800, 400))) == " ▁█▄"
