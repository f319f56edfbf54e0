"""The JSON Schemas of the YAML files, for editors. Written by `python -m infra.spec.schema`."""

import json
from pathlib import Path

from pydantic import BaseModel

from infra.spec.values.environment import Environment
from infra.spec.values.platform import Platform
from infra.wheel import ROOT

DIRECTORY = ROOT / "workspaces" / "schema"


def documents() -> dict[str, str]:
    """Text of each schema file, by file name."""
    models: dict[str, type[BaseModel]] = {
        "platform.schema.json": Platform,
        "environment.schema.json": Environment,
    }
    return {name: json.dumps(model.model_json_schema(), indent=2) + "\n" for name, model in models.items()}


def write(directory: Path = DIRECTORY) -> list[Path]:
    """Write the schema files and return their paths."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in documents().items():
        path = directory / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    for path in write():
        print(path.relative_to(ROOT))
