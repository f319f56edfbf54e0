"""The sensitive columns that an environment masks, and the table that is read instead of a masked one."""

from infra.spec import Environment, MaskedReads, Spec
from ml.declarations import Hidden, Table, hidden_columns, unmasked


def hidden(spec: Spec, environment: Environment, use_case: str) -> tuple[Hidden, ...]:
    """The columns to mask: none if the environment does not ingest, because then no table has them."""
    ingests = environment.use_cases[use_case].jobs.ingest is not None
    return hidden_columns(spec.use_cases[use_case]) if ingests else ()


def hides(spec: Spec, environment: Environment) -> bool:
    """Whether `environment` has any sensitive column, and so a stack of masks."""
    return any(hidden(spec, environment, use_case) for use_case in environment.use_cases)


def unmasked_table(spec: Spec, environment: Environment, use_case: str) -> Table | None:
    """The feature table that `environment` keeps for scoring without the sensitive columns.

    None if its features have no such column, or if the platform's setting for masked reads needs no such table.
    """
    if spec.platform.masked_reads is not MaskedReads.UNMASKED_TABLE:
        return None
    features = spec.use_cases[use_case].model_tables[0].table
    masked = {(column.layer, column.table) for column in hidden(spec, environment, use_case)}
    return unmasked(features) if (features.layer, features.name) in masked else None
