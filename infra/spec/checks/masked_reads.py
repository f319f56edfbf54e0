"""Rules about jobs that read tables with masked columns, within the limits of Databricks' dedicated compute.

Source: Azure Databricks, "Row filters and column masks" and "Fine-grained access control on dedicated compute":
serverless compute filters such a read, and time travel and DESCRIBE HISTORY are refused to principals that a policy
applies to.
"""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from infra.spec.reading.raw import dig, present, table
from infra.spec.reading.read import Read, problem
from ml.declarations import hidden_columns
from settings.problems import Problem

_LAYERS = frozenset({"bronze", "silver", "gold"})
_UNMASKED = "unmasked_table"
# They pin table versions, or read the changes since one.
_TIME_TRAVELLERS = ("ingest", "training", "promotion", "monitoring")


def time_travellers_see_clear(read: Read) -> Iterator[Problem]:
    """A stage that reads old versions of a table must not be subject to its masks."""
    for stage, access in _stages(read):
        if stage in _TIME_TRAVELLERS:
            reason = f"clear, since {stage} reads table versions, which masks forbid on dedicated compute"
            yield from _clear(read, stage, access, reason)


def streams_see_what_changed(read: Read) -> Iterator[Problem]:
    """A model that is scored as a stream reads the changes of its features, which masks forbid like old versions."""
    if dig(read.platform.data, "masked_reads") not in (None, "serverless"):
        return
    streaming = sorted(
        f"{name}/{model.name}"
        for name, use_case in read.use_cases.items()
        for model in use_case.models
        if model.streaming and any(column.sensitive for column in model.feature_table.table.columns)
    )
    for stage, access in _stages(read) if streaming else ():
        if stage == "scoring":
            reason = f"clear, since {', '.join(streaming)} streams from a table with masked columns"
            yield from _clear(read, stage, access, f"{reason}; or masked_reads: {_UNMASKED}")


def refused_masked_reads_do_not_happen(read: Read) -> Iterator[Problem]:
    """Without serverless filtering of masked tables, every stage sees the data that it reads in clear.

    For scoring, a table without the sensitive columns can replace the masked one in gold.
    """
    chosen = dig(read.platform.data, "masked_reads")
    if chosen not in ("refused", _UNMASKED):
        return
    for stage, access in _stages(read):
        if stage not in _TIME_TRAVELLERS:
            instead = {"gold"} if chosen == _UNMASKED and stage == "scoring" else set()
            yield from _clear(read, stage, access, f"clear, since masked_reads is {chosen}", instead)


def models_do_without_sensitive_columns(read: Read) -> Iterator[Problem]:
    """The table that scoring reads instead has every feature of the model; otherwise it could not be scored."""
    for name, use_case in read.use_cases.items() if dig(read.platform.data, "masked_reads") == _UNMASKED else ():
        wrong = {}
        for model in use_case.models:
            table_ = model.feature_table.table
            sensitive = {column.name for column in table_.columns if column.sensitive}
            needed = sorted(sensitive & {*model.features, *table_.keys})
            if needed:
                reason = f"{name} scores by the sensitive {', '.join(needed)}"
                wrong[reason] = "choose one of them, or let the model do without"
        tables = [table_.table for table_ in use_case.model_tables]
        if len(tables) > 1 and any(column.sensitive for table_ in tables for column in table_.columns):
            wrong[f"models of {name} take several feature tables"] = "choose one of them, or declare one table for all"
        for reason, fix in wrong.items():
            allowed = f"serverless or refused, since {reason}"
            yield problem(read.platform, ("masked_reads",), given=_UNMASKED, allowed=allowed, fix=fix)


def scoring_sees_no_more_than_it_reads(read: Read) -> Iterator[Problem]:
    """A right to see sensitive columns in clear is useless to a stage that reads the table without them."""
    for stage, access in _stages(read) if dig(read.platform.data, "masked_reads") == _UNMASKED else ():
        for setting in ("sensitive", "source_sensitive"):
            if stage == "scoring" and access.get(setting) is not None:
                location = ("job_access", stage, setting)
                allowed = f"nothing, since masked_reads is {_UNMASKED}"
                yield problem(read.platform, location, given=access[setting], allowed=allowed, fix=f"remove {setting}")


def _stages(read: Read) -> list[tuple[str, Mapping[str, Any]]]:
    found = table(read.platform.data, "job_access").items() if _masked_layers(read) else ()
    return [(stage, access) for stage, access in found if isinstance(access, Mapping)]


def _masked_layers(read: Read) -> set[str]:
    """Layers with masked columns in an environment that ingests."""
    ingested = {name for _, name, values in read.use_case_values() if "ingest" in present(values, "jobs")}
    return {
        str(column.layer)
        for name in ingested & read.use_cases.keys()
        for column in hidden_columns(read.use_cases[name])
    } & _LAYERS


def _clear(
    read: Read, stage: str, access: Mapping[str, Any], allowed: str, instead: Set[str] = frozenset()
) -> Iterator[Problem]:
    """`instead` are the layers of which the stage reads no masked table, though it has access to the layer."""
    masked = _masked_layers(read) - instead
    reads = {
        "sensitive": masked & access.keys(),
        "source_sensitive": {"gold"} & masked if "source_gold" in access else set(),
    }
    for setting, layers in reads.items():
        if layers and access.get(setting) != "clear":
            location = ("job_access", stage, setting)
            layer = ", ".join(sorted(layers))
            fix = f"add {setting}: clear, or take the right to {layer} away"
            yield problem(read.platform, location, given=access.get(setting), allowed=allowed, fix=fix)


MASKED_CHECKS = (
    time_travellers_see_clear,
    streams_see_what_changed,
    refused_masked_reads_do_not_happen,
    models_do_without_sensitive_columns,
    scoring_sees_no_more_than_it_reads,
)
