"""Reads the background of one score, with the rights of the calling principal."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.demo.answers import said
from cli.errors import CommandError
from cli.models import NamedModel
from cli.output import Row
from cli.registry import UNITY_CATALOG, registry
from cli.spans import moment
from cli.table_versions import version_then, versions
from cli.warehouse import RefusedError, Warehouse
from cli.why.asked import Asked
from cli.why.told import Found, Reasons, Why, judged
from ml.records.predictions import FEATURES_HASH, features_hash_sql, predictions
from ml.usecases import USE_CASES

if TYPE_CHECKING:
    import pandas as pd
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion
    from mlflow.models import ModelSignature
    from mlflow.pyfunc import PyFuncModel


@dataclass(frozen=True, kw_only=True)
class Reader:
    """The caller, the model, and the full name of the table with the features that it scores."""

    named: NamedModel
    features_table: str
    principal: str | None
    warehouse: Warehouse

    def query(self, statement: str, asked: Asked, **more: tuple[str, str]) -> list[Row]:
        """The rows of a statement, with the parameters of the row in question."""
        return self.warehouse.ask(statement, {**asked.parameters(), **more}).named()


def why(reader: Reader, asked: Asked) -> Why:
    """Everything behind the newest score of the row. Raises CommandError if there is none, or it may not be read."""
    prediction = _prediction(reader, asked)
    kept = prediction[FEATURES_HASH]
    found, because = judged(asked.model, kept, _features(reader, asked, prediction))
    with registry(reader.named.env, as_principal=reader.principal) as client:
        version = _version(client, reader.named.full_name, prediction["model_version"])
        reasons, silent = None, ""
        if found and not because:
            reasons, because, silent = _asked_again(reader.named, prediction, found.row)
    return Why(
        model=asked.model,
        name=reader.named.full_name,
        table=reader.features_table,
        prediction=prediction,
        tags=version.tags,
        features=found.row if found else None,
        read_at=found.read_at if found else "where it is no more",
        because=because,
        reasons=reasons,
        silent=silent,
    )


def _prediction(reader: Reader, asked: Asked) -> Row:
    """The newest prediction of the newest event that counts."""
    named, table = reader.named, predictions(USE_CASES[reader.named.use_case])
    full_name = table.full_name(named.env, named.use_case)
    found = reader.query(
        f"select * from {full_name} where model = :asked_model and {asked.is_it} and {asked.up_to} "
        f"order by `{asked.table.event_time}` desc, scored_at desc limit 1",
        asked,
        asked_model=("STRING", named.full_name),
    )
    if found:
        return found[0]
    known = reader.query(
        f"select max(`{asked.table.event_time}`) as newest from {reader.features_table} where {asked.is_it} "
        f"and {asked.up_to}",
        asked,
    )
    if known[0]["newest"] is None:
        raise CommandError(f"{asked.said} is unknown: neither {full_name} nor {reader.features_table} has it", 2)
    raise CommandError(
        f"{asked.said} has features of {known[0]['newest']} but no score by {named.full_name}: run "
        f"{named.job('scoring')}, or give an earlier time",
        2,
    )


def _features(reader: Reader, asked: Asked, prediction: Row) -> list[Found]:
    """The row of the event as of the scoring, if the table's history may be read, and the current row."""
    at = _version_then(reader, prediction)
    found = []
    for place, read_at in ([(f" version as of {at}", f"version {at}")] if at is not None else []) + [("", "newest")]:
        try:
            found += [_found(row, read_at) for row in _rows(reader, asked, prediction, place)]
        except RefusedError:
            # Files of that version may be deleted, or masks may forbid reading history. The newest row must exist.
            if not place:
                raise
    return found


def _found(row: Row, read_at: str) -> Found:
    return Found(row=row, read_at=read_at, hashed=row["_hash"] or "")


def _rows(reader: Reader, asked: Asked, prediction: Row, place: str) -> list[Row]:
    table = asked.table
    kind = table.source.column(table.event_time).type.upper()
    return reader.query(
        f"select *, {features_hash_sql(asked.model)} as _hash from {reader.features_table}{place} "
        f"where {asked.is_it} and `{table.event_time}` = :event",
        # Of the event that was found: a parameter that no condition uses might be refused.
        replace(asked, time=None),
        event=(kind, prediction[table.event_time]),
    )


def _version_then(reader: Reader, prediction: Row) -> int | None:
    """The newest version of the feature table at scoring time; None if its history may not be read."""
    try:
        history = reader.warehouse.ask(f"describe history {reader.features_table}").named()
    except RefusedError:
        return None
    found = version_then(versions(history), moment(prediction["scored_at"]))
    return found.number if found else None


def _version(client: "MlflowClient", name: str, number: str) -> "ModelVersion":
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - takes seconds

    try:
        return client.get_model_version(name, number)
    except MlflowException as error:
        raise CommandError(f"version {number} of {name} cannot be read: {error}") from error


def _asked_again(named: NamedModel, prediction: Row, row: Row) -> tuple[Reasons | None, str, str]:
    """The version's answer for `row` now, why it differs from the recorded one, and why there are no reasons."""
    from ml.versions import contract  # noqa: PLC0415 - takes seconds
    from ml.versions.answers import same, shown  # noqa: PLC0415

    output = named.declared.problem.output
    with _loaded(f"models:/{named.full_name}/{prediction['model_version']}") as model:
        frame = contract.signed_input(model.metadata.signature, _frame(row, model.metadata.signature))
        answer = _answer(model, frame, reasons=0)
        if not same(answer, said(prediction, output), output):
            agreed = ", before scoring made the answers of its time agree with their totals"
            more = agreed if named.declared.problem.totals else ""
            return None, f"the version answers {shown([answer], output, digits=6)} to the same features{more}", ""
        reasons, silent = _reasons(model, frame)
    return reasons, "", silent


def _reasons(model: "PyFuncModel", frame: "pd.DataFrame") -> tuple[Reasons | None, str]:
    """All contributions for the one row of `frame`, or why there are none."""
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - takes seconds

    try:
        told = _answer(model, frame, reasons=frame.shape[1])
    except MlflowException as error:
        # Some learners give none, and old versions were logged without them.
        return None, error.message
    contributions = {each["feature"]: float(each["contribution"]) for each in told["reasons"]}
    raw, base = float(told["raw_answer"]), float(told["base_value"])
    return Reasons(contributions=contributions, raw_answer=raw, base_value=base), ""


def _answer(model: "PyFuncModel", frame: "pd.DataFrame", *, reasons: int) -> dict[str, Any]:
    """The version's answer for the one row of `frame`, with so many reasons."""
    import pandas as pd  # noqa: PLC0415 - takes half a second

    from ml.versions.pyfunc_model import REASONS  # noqa: PLC0415

    answered = model.predict(frame, params={REASONS: reasons} if reasons else None)
    assert isinstance(answered, pd.DataFrame), "every problem answers with a table"
    return {str(name): value for name, value in answered.to_dict("records")[0].items()}


@contextmanager
def _loaded(uri: str) -> "Iterator[PyFuncModel]":
    """The version at `uri`, loaded as in a job, while the block lasts. Raises CommandError if it may not be read."""
    import mlflow  # noqa: PLC0415 - takes seconds
    from mlflow.exceptions import MlflowException  # noqa: PLC0415

    from ml.versions import artifact  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as temporary:
        try:
            fetched = mlflow.artifacts.download_artifacts(uri, dst_path=temporary, registry_uri=UNITY_CATALOG)
        except MlflowException as error:
            raise CommandError(f"{uri} cannot be read: {error}") from error
        yield artifact.load(Path(fetched))


def _frame(row: Row, signature: "ModelSignature") -> "pd.DataFrame":
    """The version's input features, from SQL's text."""
    import pandas as pd  # noqa: PLC0415 - takes half a second
    from mlflow.types import DataType  # noqa: PLC0415

    found = pd.DataFrame([row])
    for column in signature.inputs.inputs:
        if column.name not in found:
            continue
        text = found[column.name]
        match column.type:
            case DataType.boolean:
                found[column.name] = text == "true"
            case DataType.long | DataType.double:
                # A nullable boolean is a number.
                found[column.name] = pd.to_numeric(text.replace({"true": "1", "false": "0"}))
            case DataType.datetime:
                found[column.name] = pd.to_datetime(text, utc=True).dt.tz_localize(None)
    return found
