"""Every setting of `workspaces/*.yaml`, from the JSON Schemas that editors read."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cli.reference.markdown import table

_COLUMNS = ("setting", "type", "if left out", "meaning")
Schema = Mapping[str, Any]


def page(schemas: Path) -> str:
    """One section per file, and one per kind of value in it."""
    parts = ["# Settings of workspaces/*.yaml\n"]
    for name, file in (("platform", "platform.yaml"), ("environment", "<env>.yaml")):
        schema = json.loads((schemas / f"{name}.schema.json").read_text(encoding="utf-8"))
        parts += [f"## {file}\n", table(_COLUMNS, _rows(schema))]
        for kind, part in sorted(schema["$defs"].items()):
            if "properties" in part:
                described = f"{' '.join(part.get('description', '').split())}\n"
                parts += [f"### {kind} ({file})\n", described, table(_COLUMNS, _rows(part))]
    return "\n".join(parts)


def _rows(schema: Schema) -> Iterator[tuple[str, str, str, str]]:
    required = schema.get("required", [])
    for name, value in schema["properties"].items():
        default = "must be given" if name in required else f"`{json.dumps(value.get('default'))}`"
        yield f"`{name}`", _type(value), default, value.get("description", "")


def _type(value: Schema) -> str:
    if "anyOf" in value or "oneOf" in value:
        kinds = [_type(each) for each in value.get("anyOf", value.get("oneOf", ()))]
        return " or ".join(kind for kind in dict.fromkeys(kinds) if kind != "null") or "null"
    if value.get("type") == "array":
        return f"list of {_type(value.get('items', {}))}"
    if isinstance(value.get("additionalProperties"), dict):
        return f"map of {_type(value['additionalProperties'])}"
    return _word(value)


def _word(value: Schema) -> str:
    """The type of a single value: another kind, the allowed values, or JSON's own type name."""
    if "$ref" in value:
        return str(value["$ref"]).rpartition("/")[2]
    allowed = value.get("enum", [value["const"]] if "const" in value else [])
    return " or ".join(f"`{each}`" for each in allowed) or str(value.get("type", "any"))
