"""One loaded model version: it completes a request with features and answers it."""

import json
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mlflow.exceptions import MlflowException
from mlflow.pyfunc import PyFuncModel, load_model
from mlflow.pyfunc.scoring_server import infer_and_parse_data
from mlflow.utils.proto_json_utils import NumpyEncoder, _get_jsonable_obj

from ml.server import feature_spec, lookups, openapi, requests
from ml.server.errors import Refused, bad_request, first_line
from ml.server.feature_spec import FeatureSpec
from ml.server.lookups import Store
from ml.server.plain import Matrix, Plain, plain, records
from ml.server.together import Completed, Parsed, complete_each


class Served(Protocol):
    """A served entity: a loaded version, or features without a model (`features`)."""

    @property
    def number(self) -> str:
        """The version in answers."""

    @property
    def openapi(self) -> bytes:
        """The OpenAPI document."""

    @property
    def plain(self) -> Plain | None:
        """The fast path without data frames, if there is one."""

    @property
    def waits(self) -> bool:
        """Whether completing a request may wait for the network."""

    def completed(self, parsed: Parsed) -> Completed:
        """The request with its features, and when the oldest of them were published. Raises Refused."""

    def completed_each(self, given: Sequence[Parsed]) -> list[Completed | Refused]:
        """The same for several requests, with one query per table. Raises Refused if the store cannot be asked."""

    def published(self) -> dict[str, float]:
        """When the features of each table that is looked up were published, in seconds since 1970."""

    def matrix(self, payload: Mapping[str, Any]) -> Matrix | None:
        """The completed request as plain numbers; None if it cannot take the fast path."""

    def answer(self, payload: Mapping[str, Any]) -> bytes:
        """The JSON body of the answer, by the fast path if possible. Raises Refused."""

    def predict(self, payload: Mapping[str, Any]) -> bytes:
        """The JSON body of the answer, without the fast path. Raises Refused."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """A loaded version: `number` is the version in answers, `spec` is None for a model without look-ups.

    `openapi` is the OpenAPI document.
    """

    number: str
    model: PyFuncModel
    spec: FeatureSpec | None
    store: Store | None
    plain: Plain | None
    openapi: bytes
    max_features_age_s: float | None = None

    @property
    def waits(self) -> bool:
        """Whether completing a request may wait for the network."""
        return self.store is not None and self.store.waits

    def completed(self, parsed: Parsed, store: Store | None = None) -> Completed:
        """The request with its features, and when the oldest of them were published. Raises Refused.

        The features come from `store`, by default the version's own.
        """
        store = store or self.store
        if self.spec is None or store is None:
            return dict(parsed), None
        rows, published_at = lookups.complete(requests.rows(parsed), self.spec, store)
        lookups.require_fresh(published_at, self.max_features_age_s)
        params = {"params": parsed["params"]} if "params" in parsed else {}
        return {"dataframe_records": rows} | params, published_at

    def completed_each(self, given: Sequence[Parsed]) -> list[Completed | Refused]:
        """The same for several requests, with one query per table. Raises Refused if the store cannot be asked."""
        if self.spec is None or self.store is None:
            return [self.completed(parsed) for parsed in given]
        return complete_each(given, self.completed, self.spec, self.store)

    def published(self) -> dict[str, float]:
        """When the features of each published look-up table were published, in seconds since 1970."""
        if self.spec is None or self.store is None:
            return {}
        return lookups.published(self.spec, self.store)

    def matrix(self, payload: Mapping[str, Any]) -> Matrix | None:
        """The completed request as plain numbers; None if MLflow has to validate it."""
        rows = requests.plain_rows(payload) if self.plain else None
        return self.plain.matrix(rows) if self.plain and rows else None

    def answer(self, payload: Mapping[str, Any]) -> bytes:
        """The JSON body of the answer to a completed request, by the fast path if possible. Raises Refused."""
        matrix = self.matrix(payload)
        if self.plain is not None and matrix is not None:
            # On any error, repeat through MLflow, whose error message counts.
            with suppress(Exception):
                return body(records(self.plain.model.predict_matrix(matrix)))
        return self.predict(payload)

    def predict(self, payload: Mapping[str, Any]) -> bytes:
        """The JSON body of the answer, through MLflow. Raises Refused for input that the model cannot take."""
        try:
            return self._predict(payload)
        except MemoryError as error:
            raise Refused(500, "INTERNAL_ERROR", "The model ran out of memory: send fewer rows.") from error
        except MlflowException as error:
            raise bad_request(error.message) from error
        except Exception as error:
            traceback.print_exc()
            reason = f"the serialized input is not compatible with the model: {first_line(error)}"
            message = f"Encountered an unexpected error while evaluating the model: {reason}"
            raise bad_request(message) from error

    def _predict(self, payload: Mapping[str, Any]) -> bytes:
        given = {name: value for name, value in payload.items() if name != "params"}
        data = infer_and_parse_data(given, _schema(self.model))
        to_plain: Any = _get_jsonable_obj
        answer = self.model.predict(data, params=payload.get("params"))
        return body(to_plain(answer, pandas_orient="records"))


def body(predictions: Any) -> bytes:
    """The JSON body of an answer. NaN is not JSON: a model that answers NaN could not use its input."""
    return json.dumps({"predictions": predictions}, cls=NumpyEncoder, allow_nan=False).encode()


def load(
    folder: Path,
    number: str,
    store: Path | str | None,
    max_features_age_s: float | None = None,
    look_up_limit_s: float = lookups.LIMIT_S,
) -> Version:
    """Load the version in `folder`; `store` is the file or the database address for feature look-up.

    Features published longer ago than `max_features_age_s` are refused, and so are look-ups over the network that take
    longer than `look_up_limit_s`.

    Raises SpecificationError for a damaged specification, FileNotFoundError if features are looked up and there is no
    store, and any error of the model's own code.
    """
    spec = feature_spec.read(folder)
    if spec is not None and store is None:
        raise FileNotFoundError("the version looks features up: say in which file, with --online-store")
    _use_one_thread()
    raw = folder if spec is None else folder / feature_spec.FOLDER / feature_spec.RAW_MODEL
    model = load_model(str(raw))
    return Version(
        number=number,
        model=model,
        spec=spec,
        store=lookups.opened(store, look_up_limit_s) if spec is not None and store is not None else None,
        plain=plain(_own(model), _schema(model)),
        openapi=openapi.encoded(_schema(model), spec, number),
        max_features_age_s=max_features_age_s,
    )


def _own(model: PyFuncModel) -> object:
    """The model's own Python object; None for a flavor without one."""
    try:
        unwrap: Any = model.unwrap_python_model
        own: object = unwrap()
    except (MlflowException, AttributeError):
        return None
    return own


def _schema(model: PyFuncModel) -> Any:
    metadata: Any = model.metadata
    return metadata.get_input_schema()


def _use_one_thread() -> None:
    """Use one thread: for a few rows, starting and joining threads costs more than it saves (4x on a busy machine)."""
    with suppress(ImportError):
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 - a model may be served without the library

        threadpool_limits(1)
