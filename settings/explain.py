"""Pydantic's errors in the project's words: the given value, the allowed ones, and the fix."""

import difflib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from settings.problems import Problem
from settings.source import Location, Source

_SHOWN_CHARACTERS = 80


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def _setting(location: Location) -> str:
    return ".".join(str(step) for step in location) or "(the file)"


def _step_schema(
    schema: Mapping[str, Any], step: str | int, definitions: Mapping[str, Any], data: Any
) -> Mapping[str, Any]:
    """The JSON Schema at `step` under `schema`, which describes `data`; empty if unknown."""
    found: list[Any] = []
    for candidate in _alternatives(schema, definitions, data):
        if step in candidate.get("properties", {}):
            found.append(candidate["properties"][step])
        elif isinstance(step, int) and "items" in candidate:
            found.append(candidate["items"])
        elif isinstance(candidate.get("additionalProperties"), dict):
            found.append(candidate["additionalProperties"])
        else:
            found += candidate.get("patternProperties", {}).values()
    return {"anyOf": found} if found else {}


def _alternatives(
    schema: Mapping[str, Any], definitions: Mapping[str, Any], data: Any = None
) -> list[Mapping[str, Any]]:
    """`schema` and its references, flattened; of a tagged union, the variant that `data` has."""
    found = [schema]
    if "$ref" in schema:
        found += _alternatives(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions, data)
    kinds = schema.get("discriminator", {"mapping": {}, "propertyName": ""})
    tag = data.get(kinds["propertyName"]) if isinstance(data, dict) else None
    if isinstance(tag, str) and tag in kinds["mapping"]:
        return [*found, *_alternatives({"$ref": kinds["mapping"][tag]}, definitions, data)]
    for key in ("anyOf", "oneOf"):
        for option in schema.get(key, []):
            found += _alternatives(option, definitions, data)
    return found


def _described(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """The allowed values at `schema`: listed if few, else described."""
    options = _alternatives(schema, definitions)
    values = [repr(value) for option in options for value in option.get("enum", [])]
    values += [repr(option["const"]) for option in options if "const" in option]
    if values:
        return "one of " + ", ".join(dict.fromkeys(values))
    texts = [option["description"] for option in options if "description" in option]
    return " ".join(texts[0].split()).rstrip(".") if texts else "a value of its kind"


_FIXES = {
    "enum": "use one of these",
    "literal_error": "use one of these",
    "string_pattern_mismatch": "correct it",
    "bool_type": "write true or false, without quotes",
    "int_type": "write a whole number, without quotes",
    "tuple_type": "write a list",
    "model_type": "write a mapping of settings",
    "dict_type": "write a mapping",
}


def _fix(detail: Mapping[str, Any]) -> str:
    """How to change an invalid value."""
    if detail["type"] == "value_error":
        return f"it {detail['ctx']['error']}"
    message = str(detail["msg"])
    return _FIXES.get(detail["type"], message[0].lower() + message[1:])


class Explainer:
    """Explains the errors of one pydantic model against one YAML file."""

    def __init__(self, model: type[BaseModel], source: Source) -> None:
        self._source = source
        self._schema = model.model_json_schema()
        self._definitions: Mapping[str, Any] = self._schema.get("$defs", {})

    def problems(self, error: ValidationError) -> list[Problem]:
        """One problem per mistake."""
        return [self._problem(detail) for detail in error.errors(include_url=False)]

    def _problem(self, detail: Mapping[str, Any]) -> Problem:
        location = self._in_file(detail["loc"])
        if detail["type"].startswith("union_tag"):
            # Pydantic names the union; the mistake is in the setting that selects its variant.
            location = (*location, detail["ctx"]["discriminator"].strip("'"))
        given, allowed, fix = self._words(detail, location)
        return Problem(
            file=self._source.file,
            line=self._source.line(location),
            setting=_setting(location),
            given=given,
            allowed=allowed,
            fix=fix,
        )

    def _words(self, detail: Mapping[str, Any], location: Location) -> tuple[str, str, str]:
        if detail["type"] == "extra_forbidden":
            known = self._known_settings(location[:-1])
            near = difflib.get_close_matches(str(location[-1]), known, n=1)
            return (
                "a setting that does not exist",
                ", ".join(known) or "nothing here",
                f"rename it to {near[0]!r}" if near else "remove it",
            )
        if detail["type"] == "union_tag_invalid":
            return repr(detail["ctx"]["tag"]), f"one of {detail['ctx']['expected_tags']}", "use one of these"
        allowed = _described(self._schema_at(location), self._definitions)
        if detail["type"] in ("missing", "union_tag_not_found"):
            return "nothing", allowed, f"add {location[-1]!r}"
        return _shown(detail["input"]), allowed, _fix(detail)

    def _in_file(self, location: Location) -> Location:
        """`location` without the steps that pydantic adds for tagged unions and dictionary keys."""
        kept: list[str | int] = []
        data = self._source.data
        for position, step in enumerate(location):
            last = position == len(location) - 1
            if isinstance(data, dict) and (step in data or last) and step != "[key]":
                kept.append(step)
                data = data.get(step)
            elif isinstance(data, list) and isinstance(step, int):
                kept.append(step)
                data = data[step] if step < len(data) else None
        return tuple(kept)

    def _schema_at(self, location: Location) -> Mapping[str, Any]:
        schema, data = self._schema, self._source.data
        for step in location:
            schema = dict(_step_schema(schema, step, self._definitions, data))
            inside = step in data if isinstance(data, dict) else isinstance(data, list) and int(step) < len(data)
            data = data[step] if inside else None
        return schema

    def _known_settings(self, location: Location) -> list[str]:
        options = _alternatives(self._schema_at(location), self._definitions)
        return sorted({name for option in options for name in option.get("properties", {})})
