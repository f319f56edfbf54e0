"""Text for COPY."""

from collections.abc import Iterator

import pytest

from ml.sinks.copy_text import Lines, line


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("a", None, ""), "a\t\\N\t\n"),
        (("tab\there", "line\nend\r", "back\\slash \\N"), "tab\\there\tline\\nend\\r\tback\\\\slash \\\\N\n"),
        (("Zürich",), "Zürich\n"),
    ],
)
def test_a_row_is_one_line_whatever_its_values_hold(values: tuple[str | None, ...], expected: str) -> None:
    """An empty text is no null, and the text `\\N` is none either."""
    assert line(values) == expected


def test_reading_takes_rows_only_as_far_as_was_asked_for() -> None:
    """Twelve characters need four rows of four; the rest stays where it comes from."""
    taken: list[int] = []

    def rows() -> Iterator[tuple[str]]:
        for number in range(100):
            taken.append(number)
            yield (f"{number:03}",)

    lines = Lines(rows())
    assert lines.read(10) == "000\n001\n00"
    assert taken == [0, 1, 2]
    assert lines.read(6) == "2\n003\n"
    assert taken == [0, 1, 2, 3]
    assert lines.read().count("\n") == 96
    assert lines.read(10) == ""
