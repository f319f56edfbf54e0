"""The checks at the end of the story. Pure: each takes what was found."""

from cli.demo.checks import Judged
from cli.demo.mirror.found import Found


def judged(found: Found) -> list[Judged]:
    """Every promise of the story, with the finding."""
    return [_made(found), _accounted(found), _redacted(found), _trained(found), _refused(found), _kept(found)]


def _made(found: Found) -> Judged:
    owners = {each.owner for each in found.tables}
    return Judged(
        what="the mirror was made by the principal of production's ingest, which owns it",
        holds=owners == {found.maker},
        detail=f"{len(found.tables)} tables of {', '.join(sorted(owners)) or 'nobody'}",
    )


def _accounted(found: Found) -> Judged:
    rows, counts = sum(each.rows for each in found.tables), {"rows_removed": 0, **found.accounting}
    return Judged(
        what="every row is in the mirror, or was left out with its small group",
        holds=0 < rows == counts["rows_kept"] == counts["rows_in"] - counts["rows_removed"],
        detail=f"{counts['rows_in']:,} rows, {counts['rows_removed']:,} left out; {found.reader} reads {rows:,}",
    )


def _redacted(found: Found) -> Judged:
    clear = [f"{each.name}.{column}" for each in found.tables for column in each.clear]
    known = sum(each.known_keys for each in found.tables)
    return Judged(
        what="the mirror shows no key of production, and no sensitive value that is not drawn anew",
        holds=not known and not clear,
        detail=f"{known} keys of production; sensitive columns with values: {', '.join(clear) or 'none'}",
    )


def _trained(found: Found) -> Judged:
    mirrored = {each.name for each in found.tables}
    said = [f"version {number} on {' and '.join(tables)}" for number, tables in sorted(found.trained_on.items())]
    return Judged(
        what="dev trained on the mirror",
        holds=bool(said) and all(set(tables) <= mirrored for tables in found.trained_on.values()),
        detail="; ".join(said) or "dev has no version",
    )


def _refused(found: Found) -> Judged:
    return Judged(
        what="dev can neither read production's own tables nor write the mirror",
        holds=bool(found.refused) and not found.allowed,
        detail=f"{found.reader} was allowed: {'; '.join(found.allowed) or 'nothing'}; "
        f"refused: {'; '.join(found.refused) or 'nothing'}",
    )


def _kept(found: Found) -> Judged:
    return Judged(
        what="the secret is in no log and in no file of the mirror",
        holds=not found.leaks,
        detail=f"files that contain it: {', '.join(found.leaks) or 'none'}",
    )
