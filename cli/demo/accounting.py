"""What became of every record: counted in prod's tables."""

from cli.demo.landing import Landing
from cli.output import Row
from cli.warehouse import query
from ml.usecases import use_case as declaration


def accounts(use_case: str, landing: Landing) -> list[Row]:
    """Follow every record from its file to its prediction: one row per feed, and one for the predictions."""
    rows = [_feed_account(use_case, feed, landed) for feed, landed in landing.rows.items()]
    features = count(f"prod.{use_case}_gold.{declaration(use_case).models[0].feature_table.name}")
    keys = ", ".join(declaration(use_case).models[0].feature_table.table.keys)
    scored = count(f"(select distinct {keys} from prod.{use_case}_gold.predictions)")
    return [*rows, {"what": "predictions", "landed": None, "in": features, "kept": scored, "quarantined": 0}]


def count(source: str) -> int:
    """Rows of a table, a query or a part of one."""
    return int(query("prod", f"select count(*) as n from {source}")[0]["n"])


def _feed_account(use_case: str, feed: str, landed: int) -> Row:
    silver = next(item.silver.name for item in declaration(use_case).feeds if item.name == feed)
    return {
        "what": feed,
        "landed": landed,
        "in": count(f"prod.{use_case}_bronze.{feed}"),
        "kept": count(f"prod.{use_case}_silver.{silver}"),
        "quarantined": count(f"prod.{use_case}_silver.{silver}_quarantine"),
    }
