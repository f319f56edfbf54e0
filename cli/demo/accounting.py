"""Accounts for every record: counts in prod's tables."""

from itertools import chain

from cli.demo.landing import Landing
from cli.output import Row
from cli.warehouse import query
from ml.usecases import use_case as declaration


def accounts(use_case: str, landing: Landing) -> list[Row]:
    """Follow every record from its file to its prediction: one row per feed, and one for the predictions."""
    declared, prod = declaration(use_case), f"prod.{use_case}"
    features = declared.models[0].feature_table
    built, keys = f"{prod}_gold.{features.name}", ", ".join(features.table.keys)
    scored = f"(select distinct {keys} from {prod}_gold.predictions)"
    silver = {feed.name: f"{prod}_silver.{feed.silver.name}" for feed in declared.feeds}
    feeds = {feed: (f"{prod}_bronze.{feed}", silver[feed], f"{silver[feed]}_quarantine") for feed in landing.rows}
    rows = counts(built, scored, *chain.from_iterable(feeds.values()))
    return [
        *(
            {"what": feed, "landed": landing.rows[feed], "in": rows[into], "kept": rows[kept], "quarantined": rows[out]}
            for feed, (into, kept, out) in feeds.items()
        ),
        {"what": "predictions", "landed": None, "in": rows[built], "kept": rows[scored], "quarantined": 0},
    ]


def counts(*sources: str) -> dict[str, int]:
    """The row count of each table, query or part of one; all counted in one statement."""
    asked = ", ".join(f"(select count(*) from {source}) as n{place}" for place, source in enumerate(sources))
    [found] = query("prod", f"select {asked}")
    return {source: int(found[f"n{place}"]) for place, source in enumerate(sources)}


def count(source: str) -> int:
    """The row count of a table, a query or a part of one."""
    return counts(source)[source]
