"""Measure all cells and write the page, or measure one cell and print it.

Each piece is saved when it ends. `--seconds` starts no further piece after that time, and the next run continues;
`--fresh` discards the pieces of an unfinished run. `--answers` measures and rewrites only the two sections about
answers. `--cell rows,columns,kind[,change[,months of reference]]` prints one cell, from `--series` series.
"""

import argparse
import time

from bench.monitoring_errors import columns, page, pieces
from bench.monitoring_errors.cells import Cell
from bench.monitoring_errors.page import BENCH, ELSEWHERE, PAGE, SLIDING
from bench.page import put, section_of


def main() -> None:
    """As described at the top of the module."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--cell", help="rows,columns,kind[,change[,months of reference]]: run and print only this")
    flags.add_argument("--series", type=int, help="number of series of that cell")
    flags.add_argument("--seconds", type=float, default=float("inf"), help="start no piece after so many seconds")
    flags.add_argument("--fresh", action="store_true", help="discard the pieces of an unfinished run")
    flags.add_argument("--answers", action="store_true", help="only the sections about answers")
    given = flags.parse_args()
    began = time.monotonic()
    if given.cell:
        _print(given.cell, given.series)
    elif given.answers:
        _write_answers(given.seconds, fresh=given.fresh)
    else:
        _write(given.seconds, fresh=given.fresh)
    print(f"{time.monotonic() - began:.0f} s")


def _print(name: str, series: int | None) -> None:
    cell = Cell.named(name)
    found = columns.part(cell, 0, series or cell.series)
    print(page.false_alarms(cell, found) if cell.is_stable else page.delays(cell, found))


def _write_answers(seconds: float, *, fresh: bool) -> None:
    if fresh:
        pieces.forget(BENCH)
    wanted = [each for each in page.pieces() if each.table in page.OF_ANSWERS]
    measured = pieces.measured(BENCH, wanted, seconds)
    if measured is None:
        return
    for section in page.of_answers(measured):
        put(section, PAGE)
    pieces.forget(BENCH)


def _write(seconds: float, *, fresh: bool) -> None:
    if fresh:
        pieces.forget(BENCH)
    measured = pieces.measured(BENCH, list(page.pieces()), seconds)
    if measured is None:
        return
    kept = [section_of(title, PAGE).rstrip() for title in (ELSEWHERE, SLIDING)]
    text = "\n".join([*page.lines(measured), *(line for each in kept if each for line in ("", each))])
    PAGE.write_text(text + "\n", encoding="utf-8")
    pieces.forget(BENCH)


if __name__ == "__main__":
    main()
