"""The rows that a baseline learns from: the query, and its result as a frame. Pure."""

from dataclasses import dataclass

import pandas as pd

from cli.models import NamedModel
from cli.warehouse import Answer, quoted

LABEL, TIME = "_label", "_time"
# The views that a notebook queries instead of the tables.
FEATURES, OUTCOMES = "features", "outcomes"
_NUMBERS = ("TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL")
_FLAGS = {"true": 1.0, "false": 0.0}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """One row per known outcome, with the newest features before it. `numbers` and `texts` are its features."""

    frame: pd.DataFrame
    numbers: tuple[str, ...]
    texts: tuple[str, ...]


def tables_of(model: NamedModel) -> dict[str, str]:
    """The full names of the tables of features and of outcomes."""
    declared = model.declared
    return {
        FEATURES: declared.feature_table.table.full_name(model.env, model.use_case),
        OUTCOMES: declared.outcome.table.full_name(model.env, model.use_case),
    }


def query(model: NamedModel, most_rows: int, *, features: str, outcomes: str) -> str:
    """Known outcomes with the newest feature row that is not after them, joined as in training; limited in number.

    A hash of the keys selects the rows, so repeated queries return the same ones. `features` and `outcomes` are
    tables or views, as SQL names them.
    """
    declared = model.declared
    outcome, table = declared.outcome, declared.feature_table
    names = ", ".join(quoted(name) for name in declared.features)
    age = f" and datediff(known.{TIME}, given.{quoted(table.event_time)}) <= {table.max_age_days}"
    return (
        f"with known as (select {quoted(outcome.key)} as _key, {quoted(outcome.event_time)} as {TIME}, "
        f"max_by({quoted(outcome.label)}, {quoted(outcome.known_from)}) as {LABEL} from {outcomes} group by 1, 2), "
        f"joined as (select known._key, known.{TIME}, known.{LABEL}, "
        f"max_by(struct({names}), given.{quoted(table.event_time)}) as _values from known join {features} as given "
        f"on known._key = given.{quoted(table.key)} and given.{quoted(table.event_time)} <= known.{TIME}"
        f"{age if table.max_age_days is not None else ''} group by 1, 2, 3) "
        f"select {LABEL}, {TIME}, _values.* from joined order by xxhash64(_key, {TIME}) limit {most_rows}"
    )


def rows_of(answer: Answer) -> Rows:
    """The query result: numbers as numbers, true and false as 1 and 0. Columns without any value are left out."""
    frame = pd.DataFrame(answer.named(), columns=[name for name, _ in answer.columns])
    numbers, texts = [], []
    for name, kind in answer.columns:
        if name == TIME or frame[name].isna().all():
            continue
        if kind.upper() == "BOOLEAN":
            frame[name] = frame[name].map(_FLAGS)
        elif kind.upper().startswith(_NUMBERS):
            frame[name] = pd.to_numeric(frame[name])
        elif name != LABEL:
            texts.append(name)
            continue
        if name != LABEL:
            numbers.append(name)
    return Rows(frame=frame, numbers=tuple(numbers), texts=tuple(texts))
