"""Deliveries that went wrong on their way: each has a clear verdict, and nothing of them is lost."""

import gzip
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from ml.declarations import Column, Feed, Layer, Table
from ml.ingest import files
from ml.ingest.bronze import RefusedFilesError
from ml.ingest.formats.record import PIECE_RECORDS
from tests.ml.lake import Lake

ORDERS = Feed(
    name="orders",
    silver=Table(
        name="orders",
        layer=Layer.SILVER,
        owner="owners",
        comment="One row per order.",
        keys=("order_id",),
        columns=(
            Column(name="order_id", type="string", comment="Which."),
            Column(name="known_month", type="date", comment="When it became known."),
            Column(name="amount", type="double", comment="How much."),
            Column(name="placed", type="date", comment="When it was placed.", nullable=True),
            Column(name="note", type="string", comment="What was said.", nullable=True),
        ),
    ),
    period_column="known_month",
)
HEADER = b"order_id,amount,placed,note\n"
ALLOWED = "allowed are exactly order_id, amount, placed, note; correct the columns"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One file. It is refused whole, or its records are kept (by their ids) or in quarantine (by their reasons)."""

    content: bytes
    refused: str | None = None
    kept: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()
    ending: str = ".csv"


CASES = {
    "another encoding": Case(
        content=HEADER + "a1,1,,B\u00e4r\n".encode("cp1252"),
        refused="byte 35 is not UTF-8 text; export the file as UTF-8 CSV",
    ),
    "two bytes a character": Case(
        content=(HEADER + b"b1,1,,x\n").decode().encode("utf-16"),
        refused="byte 0 is not UTF-8 text; export the file as UTF-8 CSV",
    ),
    "line breaks within quotes": Case(content=HEADER + b'c1,1,,"two\nlines"\nc2,2,,"a\r\nb"\n', kept=("c1", "c2")),
    "Windows line ends and a byte order mark": Case(
        content=b"\xef\xbb\xbf" + HEADER.replace(b"\n", b"\r\n") + b"d1,1,,x\r\nd2,2,,y\r\n", kept=("d1", "d2")
    ),
    "a quote that is never closed": Case(
        content=HEADER + b'e1,1,,"open\ne2,2,,y\n',
        refused="not CSV at line 3: unexpected end of data; quote fields as RFC 4180 says",
    ),
    "a NUL byte": Case(
        content=HEADER + b"f1,1,,x\nf2,2,,y\0\n",
        refused="line 3 holds a NUL byte, so it is not text; export the file as UTF-8 CSV",
    ),
    "a header twice": Case(
        content=b"order_id,amount,placed,note,amount\ng1,1,,x,1\n",
        refused=f"wrong columns; given twice: 'amount'; {ALLOWED}",
    ),
    "a renamed header": Case(
        content=b"order_id,Amount,placed,note\nh1,1,,x\n",
        refused=f"wrong columns; missing: 'amount'; unexpected: 'Amount'; {ALLOWED}",
    ),
    "a delimiter behind every line": Case(
        content=b"order_id,amount,placed,note,\ni1,1,,x,\n", refused=f"wrong columns; unexpected: ''; {ALLOWED}"
    ),
    "a delimiter behind some records": Case(
        content=HEADER + b"j1,1,,x\nj2,2,,y,\n",
        kept=("j1",),
        quarantined=("the record has 5 fields, the header has 4",),
    ),
    "ids with leading zeros": Case(content=HEADER + b"007,1,,x\n7,2,,y\n", kept=("007", "7")),
    "ids that a spreadsheet opened": Case(
        content=HEADER + b"1.23457E+15,1,,x\nk2,2,,y\n",
        kept=("k2",),
        quarantined=(
            "order_id '1.23457E+15' is an id that a spreadsheet turned into scientific notation; export it as text",
        ),
    ),
    "dates of several kinds": Case(
        content=HEADER + b"l1,1,2024-02-25,x\nl2,2,25.02.2024,y\nl3,3,02/25/2024,z\nl4,4,2024-02-30,w\n",
        kept=("l1",),
        quarantined=(
            "placed '25.02.2024' is not of type date",
            "placed '02/25/2024' is not of type date",
            "placed '2024-02-30' is not of type date",
        ),
    ),
    "thousands separators": Case(
        content=HEADER + b'm1,"1,200.50",,x\nm2,1 200,,y\nm3,1200.50,,z\n',
        kept=("m3",),
        quarantined=("amount '1,200.50' is not of type double", "amount '1 200' is not of type double"),
    ),
    "nothing": Case(content=b"", refused="the file is empty; deliver it again with rows"),
    "a header and no more": Case(
        content=HEADER, refused="the file has no rows; deliver it again with rows, or remove it"
    ),
    "a compressed file that was cut off": Case(
        content=gzip.compress(HEADER + os.urandom(3000).hex().encode() + b",1,,x\n")[:2000],
        refused="the compressed file is damaged or cut off (Compressed file ended before the end-of-stream marker was "
        "reached); deliver it again",
        ending=".csv.gz",
    ),
    "a web page": Case(
        content=b"<html>\n<body>503, try later</body>\n</html>\n",
        refused=f"wrong columns; missing: 'order_id', 'amount', 'placed', 'note'; unexpected: '<html>'; {ALLOWED}",
    ),
    "records of another file": Case(
        content=HEADER + b'c1,1,,"two\nlines"\nn1,1,,x\n',
        kept=("n1",),
        quarantined=("duplicate order_id c1: first received in 2020-03.csv as record 1 with the same values",),
    ),
}
NAMES = {name: f"{2020 + at // 12}-{at % 12 + 1:02d}{case.ending}" for at, (name, case) in enumerate(CASES.items())}


def _by_file(rows: list[tuple[object, ...]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for source, value in rows:
        name = Path(str(source)).name
        found[name] = (*found.get(name, ()), str(value))
    return found


def test_every_bad_delivery_has_its_verdict_and_stops_no_other(lake: Lake) -> None:
    """All in one run: what is refused says why, and of the others each record is kept or in quarantine."""
    for name, case in CASES.items():
        (lake.folder("orders") / NAMES[name]).write_bytes(case.content)
    with pytest.raises(RefusedFilesError):
        lake.load(ORDERS)
    lake.refine(ORDERS)
    refused = _by_file(
        [row[1:] for row in lake.rows("ops.ingest_files", "verdict", "source_file", "reason") if row[0] == "refused"]
    )
    kept = _by_file(lake.rows("silver.orders", "_source_file", "order_id"))
    rejected = lake.rows("silver.orders_quarantine", "_source_file", "_row_number", "_reason")
    quarantined = _by_file([(source, reason) for source, _, reason in rejected])
    for name, case in CASES.items():
        file = NAMES[name]
        assert (name, refused.get(file)) == (name, (case.refused,) if case.refused else None)
        assert (name, kept.get(file, ())) == (name, case.kept)
        assert (name, quarantined.get(file, ())) == (name, case.quarantined)


def test_a_file_that_grows_while_it_is_read_has_no_verdict_yet(tmp_path: Path) -> None:
    """Its writer was faster than the reader between two pieces; nothing of it is told to be whole."""
    path = tmp_path / "2020-01.csv"
    path.write_bytes(HEADER + b"".join(b"%d,1,,x\n" % number for number in range(PIECE_RECORDS + 1)))
    pieces = files._file(path, "/Volumes/v/2020-01.csv", [], ORDERS)
    next(pieces)
    with path.open("ab") as file:
        file.write(b"late,1,,x\n")
    *_, summary = pieces
    assert summary["_changing"].tolist() == [True]
    assert summary["_problem"].tolist() == [None]


@pytest.mark.long
def test_twenty_megabytes_are_read_a_piece_at_a_time(lake: Lake) -> None:
    """Every record arrives, the first and the last with their number."""
    rows, note = 200_000, b"x" * 88
    with (lake.folder("orders") / "2020-01.csv").open("wb") as file:
        file.write(HEADER)
        file.writelines(b"%06d,1.5,,%s\n" % (number, note) for number in range(rows))
    assert (lake.folder("orders") / "2020-01.csv").stat().st_size > 20_000_000
    lake.load(ORDERS)
    lake.refine(ORDERS)
    found = lake.tables.read("test.credit_silver.orders")
    summed = found.selectExpr(
        "count(*)", "count(DISTINCT order_id)", "sum(amount)", "min(_row_number)", "max(_row_number)"
    )
    assert tuple(summed.collect()[0]) == (rows, rows, 1.5 * rows, 1, rows)
