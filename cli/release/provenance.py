"""The origin of a release: an in-toto statement with SLSA's provenance predicate. Pure.

Sources: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md, https://slsa.dev/spec/v1.0/provenance.
It has no signature of its own: the tag that it is committed under has one, if git signs tags (`git config tag.gpgSign
true`).
"""

import json
from collections.abc import Mapping

_BUILD = "urn:mlops:release:1"


def statement(version: str, subjects: Mapping[str, str], commit: str, materials: Mapping[str, str]) -> str:
    """The statement about `subjects`, made from `commit` and `materials`; both are SHA-256 in hex by name."""
    sources = [{"uri": "git+file:.", "digest": {"gitCommit": commit}}]
    definition = {
        "buildType": _BUILD,
        "externalParameters": {"version": version},
        "resolvedDependencies": [*sources, *_described(materials)],
    }
    predicate = {"buildDefinition": definition, "runDetails": {"builder": {"id": "urn:mlops:mlops-release"}}}
    head = {"_type": "https://in-toto.io/Statement/v1", "subject": _described(subjects)}
    body = {**head, "predicateType": "https://slsa.dev/provenance/v1", "predicate": predicate}
    return json.dumps(body, indent=2) + "\n"


def _described(named: Mapping[str, str]) -> list[dict[str, object]]:
    return [{"name": name, "digest": {"sha256": sha256}} for name, sha256 in sorted(named.items())]
