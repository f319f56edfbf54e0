"""Stands in for `cdktf` and `terraform` where a pipeline's step calls them: the local cloud is what is deployed to.

What was deployed of a stack is kept as its document in the folder `REHEARSAL_STATE`, as Terraform keeps a state; a plan
compares documents. It tells no replacement from an update, and reads nothing back from the cloud.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Values = dict[str, Any]
_REFERENCE = re.compile(r"\$\{([a-z]\w*\.[\w-]+)\.\w+")
_OF_TERRAFORM = {"//", "depends_on", "lifecycle", "provider"}
DOCUMENT = "cdk.tf.json"


def main(arguments: Sequence[str]) -> int:
    """The exit code of `cdktf deploy STACK`, or of `terraform -chdir=FOLDER init|plan|show`."""
    program, *words = arguments
    if program == "cdktf":
        return _deploy(words[1])
    folder = Path(words[0].removeprefix("-chdir="))
    if words[1] == "plan":
        (folder / "plan.bin").write_text(json.dumps(plan(_deployed(folder.name), _read(folder / DOCUMENT))))
    elif words[1] == "show":
        print((folder / "plan.bin").read_text())
    return 0


def _deploy(stack: str) -> int:
    from cli.cloud import endpoint  # noqa: PLC0415 - a plan needs no cloud
    from localcloud import loader  # noqa: PLC0415

    out = Path("cdktf.out").resolve()
    _synthesize(out)
    try:
        loader.load(endpoint(), out, [stack])
    except loader.LoadError as error:
        print(f"Error: {error}")
        return 1
    keep(out, stack)
    return 0


def _synthesize(out: Path) -> None:
    """Once per commit: a pipeline's checkout does not change between its steps."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout
    marker = out / "of-commit"
    if not marker.exists() or marker.read_text() != commit:
        subprocess.run([sys.executable, "-m", "infra.main"], env=os.environ | {"CDKTF_OUTDIR": str(out)}, check=True)
        marker.write_text(commit)


def keep(out: Path, stack: str) -> None:
    """Note that `stack` of the folder `out` is what is deployed."""
    shutil.copy(out / "stacks" / stack / DOCUMENT, _state(stack))


def _state(stack: str) -> Path:
    return Path(os.environ["REHEARSAL_STATE"]) / f"{stack}.json"


def _deployed(stack: str) -> Values:
    return _read(_state(stack)) if _state(stack).exists() else {}


def _read(file: Path) -> Values:
    found: Values = json.loads(file.read_text(encoding="utf-8"))
    return found


def plan(before: Values, after: Values) -> Values:
    """What applying the document `after` does where `before` was applied, as `terraform show -json` writes it."""
    known = dict(_principals(before)) | dict(_principals(after))
    was, now = (dict(_resources(_filled(each, known))) for each in (before, after))
    data = [_read_principal(name, of) for name, of in known.items()]
    changes = [_change(address, was.get(address), now.get(address)) for address in sorted(was | now)]
    planned = [{**_named(address), "values": values} for address, values in sorted(now.items())]
    configured = [{**_named(address), "expressions": _expressions(values)} for address, values in sorted(now.items())]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "prior_state": {"values": {"root_module": {"resources": data}}},
        "configuration": {"root_module": {"resources": configured}},
        "applyable": any(each["change"]["actions"] != ["no-op"] for each in changes),
        "complete": True,
        "errored": False,
    }


def _principals(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """By name of the data source: whose application id it looks up. Terraform reads it before it plans."""
    for name, values in document.get("data", {}).get("databricks_service_principal", {}).items():
        yield name, str(values["display_name"])


def _filled(document: Values, known: Mapping[str, str]) -> Values:
    text = json.dumps(document)
    for name, display_name in known.items():
        text = text.replace(f"${{data.databricks_service_principal.{name}.application_id}}", f"id-of-{display_name}")
    filled: Values = json.loads(text)
    return filled


def _read_principal(name: str, display_name: str) -> Values:
    values = {"display_name": display_name, "application_id": f"id-of-{display_name}"}
    return {
        **_named(f"databricks_service_principal.{name}"),
        "mode": "data",
        "address": f"data.databricks_service_principal.{name}",
        "values": values,
    }


def _resources(document: Mapping[str, Any]) -> Iterator[tuple[str, Values]]:
    for kind, named in document.get("resource", {}).items():
        for name, values in named.items():
            yield f"{kind}.{name}", {key: value for key, value in values.items() if key not in _OF_TERRAFORM}


def _named(address: str) -> Values:
    kind, _, name = address.partition(".")
    return {"address": address, "mode": "managed", "type": kind, "name": name}


def _change(address: str, before: Values | None, after: Values | None) -> Values:
    if before == after:
        actions = ["no-op"]
    elif before is None:
        actions = ["create"]
    else:
        actions = ["update"] if after is not None else ["delete"]
    values: Values = {"actions": actions, "before": before, "after": after, "after_unknown": {}}
    return {**_named(address), "change": {**values, "before_sensitive": {}, "after_sensitive": {}}}


def _expressions(values: Values) -> Values:
    found = {name: _REFERENCE.findall(json.dumps(value)) for name, value in values.items()}
    return {name: {"references": used} if used else {"constant_value": values[name]} for name, used in found.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
