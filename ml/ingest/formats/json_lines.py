"""JSON lines to records, with no loss: a line that is not an object of the declared names goes to quarantine."""

import json
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from ml.ingest.formats.record import EMPTY, NO_ROWS, Record, UnreadableFileError, misfit

_MARK = b"\xef\xbb\xbf"


class _Number(float):
    """A number with a point or an exponent, with its original spelling: 1.50 stays 1.50."""

    text: str

    def __new__(cls, text: str) -> "_Number":
        number = super().__new__(cls, text)
        number.text = text
        return number


def read(file: BinaryIO, names: Sequence[str]) -> Iterator[Record]:
    """One record per line that is not blank. A missing name is null.

    Raises:
        UnreadableFileError: possibly after the first records, which then do not count either.
    """
    number = position = 0
    for at, line in enumerate(file):
        text = _text(line.removeprefix(_MARK) if at == 0 else line, position).strip()
        position += len(line)
        if text:
            number += 1
            yield record(number, text, names)
    if not number:
        raise UnreadableFileError(NO_ROWS if position > len(_MARK) else EMPTY)


def _text(line: bytes, position: int) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise UnreadableFileError(
            f"byte {position + error.start} is not UTF-8 text; export the file as UTF-8 JSON lines"
        ) from error


def record(number: int, text: str, names: Sequence[str]) -> Record:
    """The record of one JSON object, from a line or a message; anything else goes to quarantine."""
    try:
        value = json.loads(text, parse_float=_Number, parse_constant=_no_constant, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        return misfit(number, len(names), problem=f"the line is not JSON: {error}", received=text)
    if not isinstance(value, dict):
        return misfit(number, len(names), problem="the line is not a JSON object", received=text)
    unexpected = [name for name in value if name not in names]
    if unexpected:
        listed = ", ".join(repr(name) for name in unexpected)
        problem = f"unexpected: {listed}; allowed are {', '.join(names)}"
        return misfit(number, len(names), problem=problem, received=text)
    return Record(number, tuple(_as_text(value.get(name)) for name in names), None)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise ValueError(f"{', '.join(doubles)} given twice")
    return dict(pairs)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number")


def _as_text(value: object) -> str | None:
    match value:
        case None | str():
            return value
        case _Number():
            return value.text
        case _:
            return json.dumps(value, ensure_ascii=False)
