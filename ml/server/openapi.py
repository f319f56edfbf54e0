"""The server's API as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0). Pure.

It is for tools: client generators, gateways and fuzzers. The version determines the request: the columns of its
signature, and for look-ups the keys, the only required columns then. MLflow decides whether a value is accepted, as
in any scoring server, so the document gives only the type of a column.
"""

import json
from collections.abc import Mapping
from typing import Any

from mlflow.types import ColSpec, DataType, Schema

from ml.server.feature_spec import FeatureSpec

PATH = "/openapi.json"
Document = dict[str, Any]

_LONG = {"type": "integer", "minimum": -(1 << 63), "maximum": (1 << 63) - 1}
_TYPES: Mapping[Any, Document] = {
    DataType.boolean: {"type": "boolean"},
    DataType.integer: {"type": "integer", "minimum": -(1 << 31), "maximum": (1 << 31) - 1},
    DataType.long: _LONG,
    DataType.float: {"type": ["number", "null"]},
    DataType.double: {"type": ["number", "null"]},
    DataType.string: {"type": "string"},
    DataType.datetime: {"type": "string", "format": "date-time"},
}
# Why a request is refused, by status; 500 would be a bug of the server or of the model.
_REFUSED = {
    400: "The request cannot be used; the message says why.",
    404: "The features are not published.",
    413: "The body is too large.",
    415: "The type of the body is not served.",
    429: "Too many requests wait: try again later.",
    503: "The features are away, or too old: try again later.",
}


def encoded(schema: Schema | None, spec: FeatureSpec | None, version: str, *, answers: str = "predictions") -> bytes:
    """The document of a version, as JSON.

    `schema`: of the model that takes features; `spec`: the look-ups; `answers`: the field with the answers.
    """
    return json.dumps(document(schema, spec, version, answers)).encode()


def document(schema: Schema | None, spec: FeatureSpec | None, version: str, answers: str) -> Document:
    """The document of a version: its paths, their requests, and every response."""
    ping = {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "The version answers."}
    metrics = {
        "content": {"application/openmetrics-text": {"schema": {"type": "string"}}},
        "description": "What this worker has counted.",
    }
    itself = {"content": {"application/json": {"schema": {"type": "object"}}}, "description": "This document."}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Scoring server", "version": version},
        "paths": {
            "/ping": {"get": {"operationId": "ping", "responses": {"200": ping}}},
            "/metrics": {"get": {"operationId": "metrics", "responses": {"200": metrics}}},
            PATH: {"get": {"operationId": "openapi", "responses": {"200": itself}}},
            "/invocations": {"post": _invocations(schema, spec, answers)},
        },
        "components": {"schemas": {"Refusal": _refusal(), "Row": _row(schema, spec)}},
    }


def _invocations(schema: Schema | None, spec: FeatureSpec | None, answers: str) -> Document:
    answer = {
        "content": {"application/json": {"schema": {"type": "object", "required": [answers]}}},
        "description": "One for each row, in the order of the rows.",
    }
    refused = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    return {
        "operationId": "invocations",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"oneOf": _formats(), "example": _example(schema, spec)}},
                "text/csv": {"schema": {"type": "string"}},
            },
        },
        "responses": {
            "200": answer,
            **{str(status): {"content": refused, "description": why} for status, why in _REFUSED.items()},
        },
    }


def _formats() -> list[Document]:
    """A request in MLflow's scoring protocol: exactly one of four row formats."""
    row = {"$ref": "#/components/schemas/Row"}
    rows = {"type": "array", "items": row, "minItems": 1}
    split = {
        "type": "object",
        "required": ["columns", "data"],
        "properties": {
            "columns": {"type": "array", "items": {"type": "string"}, "minItems": 1},
            "data": {"type": "array", "items": {"type": "array"}, "minItems": 1},
        },
    }
    columns = {"type": "object", "additionalProperties": {"type": "array", "minItems": 1}, "minProperties": 1}
    shapes: Mapping[str, Document] = {
        "dataframe_records": rows,
        "dataframe_split": split,
        "instances": rows,
        "inputs": columns,
    }
    return [_format(name, shape) for name, shape in shapes.items()]


def _format(name: str, shape: Document) -> Document:
    properties = {name: shape, "params": {"type": "object"}}
    return {"type": "object", "required": [name], "properties": properties, "additionalProperties": False}


def _row(schema: Schema | None, spec: FeatureSpec | None) -> Document:
    """A row by name. Extra values are ignored; looked-up features may be given and then override the look-up."""
    columns = _columns(schema)
    keys: Mapping[str, Document] = {name: {"type": ["integer", "string"]} for name in (spec.given if spec else ())}
    needed = list(keys) if spec else [column.name for column in _specified(schema) if column.required]
    return {"type": "object", "required": needed, "properties": {**columns, **keys}}


def _columns(schema: Schema | None) -> dict[str, Document]:
    return {str(column.name): _TYPES.get(column.type, {}) for column in _specified(schema)}


def _specified(schema: Schema | None) -> list[ColSpec]:
    return [column for column in (schema.inputs if schema else []) if isinstance(column, ColSpec)]


def _example(schema: Schema | None, spec: FeatureSpec | None) -> Document:
    """A request of one row: only keys if features are looked up, otherwise a value for each column."""
    values: Mapping[str, Any] = {"boolean": True, "integer": 1, "string": "2024-01-31"}
    if spec is not None:
        return {"dataframe_records": [dict.fromkeys(spec.given, 1)]}
    kinds = {name: shape.get("type") for name, shape in _columns(schema).items()}
    return {"dataframe_records": [{name: values.get(str(kind), 1.5) for name, kind in kinds.items()}]}


def _refusal() -> Document:
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["error_code", "message"],
        "properties": {"error_code": text, "message": text},
        "additionalProperties": False,
    }
