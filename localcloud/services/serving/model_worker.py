"""What runs in a served model's own process: load the MLflow model, answer requests over a Unix socket.

The process imports nothing of the checkout and holds no token: it gets a folder and a socket. This file is
copied beside its own entry point (see `fleet`), so it imports only MLflow and the standard library.

Frames on the socket are bytes. First frame sent: `{"ready": true}` or `{"error": "…"}`. Then per request:
the JSON body as it was checked in, the answer out: three digits of status, then a JSON body.
"""

import json
import os
import resource
import socket
import sys
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

# Databricks' documented limit for the models of a CPU endpoint.
MEMORY_LIMIT_BYTES = 4 << 30
_CLIENT_FAULT, _SERVER_FAULT = 400, 500


def main() -> None:
    """Arguments: the model's folder and the socket to connect to."""
    model_path, address = sys.argv[1:3]
    _limit_memory()
    channel = socket.socket(socket.AF_UNIX)
    channel.connect(address)
    connection = Connection(channel.detach())
    try:
        served = _load(model_path)
    except BaseException as error:  # noqa: BLE001 - a model's code may raise anything, and the endpoint must say so
        traceback.print_exc()
        connection.send_bytes(json.dumps({"error": _first_line(error)}).encode())
        return
    connection.send_bytes(json.dumps({"ready": True}).encode())
    with suppress(EOFError):
        _serve(connection, served)


def _limit_memory() -> None:
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))


def _load(model_path: str) -> Any:
    # A model's own code could write through MLflow; there is nothing here for it to write to.
    os.environ["MLFLOW_TRACKING_URI"] = "file:///nonexistent"
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from mlflow.pyfunc import load_model  # noqa: PLC0415 - loaded by the template already; costs nothing here

    _use_one_thread()
    return load_model(model_path)


def _use_one_thread() -> None:
    """A request is a few rows: waking and joining threads costs more than they save (four times on a busy machine)."""
    with suppress(ImportError):
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415

        threadpool_limits(1)


def _serve(connection: Connection, model: Any) -> None:
    while True:
        status, body = answer(connection.recv_bytes(), model)
        connection.send_bytes(str(status).encode() + body)


def answer(raw: bytes, model: Any) -> tuple[int, bytes]:
    """Status and JSON body for one request. A refusal says what is wrong, without a stack trace."""
    from mlflow.exceptions import MlflowException  # noqa: PLC0415

    try:
        return 200, _predict(json.loads(raw), model)
    except MemoryError:
        return _fault(_SERVER_FAULT, "INTERNAL_ERROR", "The model ran out of memory: send fewer rows.")
    except MlflowException as error:
        return _fault(_CLIENT_FAULT, "BAD_REQUEST", error.message)
    except Exception as error:  # noqa: BLE001 - whatever a model raises about its input is the caller's to see
        traceback.print_exc()
        reason = f"the serialized input is not compatible with the model: {_first_line(error)}"
        return _fault(
            _CLIENT_FAULT, "BAD_REQUEST", f"Encountered an unexpected error while evaluating the model: {reason}"
        )


def _predict(payload: dict[str, Any], model: Any) -> bytes:
    from mlflow.pyfunc.scoring_server import infer_and_parse_data  # noqa: PLC0415
    from mlflow.utils.proto_json_utils import NumpyEncoder, _get_jsonable_obj  # noqa: PLC0415

    params = payload.pop("params", None)
    data = infer_and_parse_data(payload, model.metadata.get_input_schema())
    to_plain: Any = _get_jsonable_obj
    predictions = to_plain(model.predict(data, params=params), pandas_orient="records")
    # NaN is no JSON: a model that answers it has not understood its input.
    return json.dumps({"predictions": predictions}, cls=NumpyEncoder, allow_nan=False).encode()


def _fault(status: int, error_code: str, message: str) -> tuple[int, bytes]:
    return status, json.dumps({"error_code": error_code, "message": message}).encode()


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0] if text else 'no message'}"
