"""Each rule passes a server that is right, and names what one change makes wrong."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.manifests.judge import judge
from policies.manifests.manifest import UnreadableManifestError, read

_IMAGE = f"registry.example.com/server@sha256:{'a' * 64}"
RIGHT = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: server, namespace: credit}}
spec:
  template:
    metadata: {{labels: {{app: server}}}}
    spec:
      serviceAccountName: server
      automountServiceAccountToken: false
      securityContext: {{runAsNonRoot: true, runAsUser: 10001, seccompProfile: {{type: RuntimeDefault}}}}
      containers:
        - name: server
          image: {_IMAGE}
          resources: {{requests: {{cpu: 1, memory: 1Gi}}, limits: {{cpu: 1, memory: 1Gi}}}}
          readinessProbe: {{httpGet: {{path: /ping, port: 80}}}}
          livenessProbe: {{httpGet: {{path: /ping, port: 80}}}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {{drop: [ALL]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: nobody, namespace: credit}}
spec: {{podSelector: {{}}, policyTypes: [Ingress, Egress]}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: server, namespace: credit}}
spec: {{maxUnavailable: 1, selector: {{matchLabels: {{app: server}}}}}}
"""
Change = Callable[[list[dict[str, Any]]], None]


def _manifests() -> list[dict[str, Any]]:
    return copy.deepcopy(list(yaml.safe_load_all(RIGHT)))


def _pod(manifests: list[dict[str, Any]]) -> dict[str, Any]:
    return dict(manifests[0]["spec"]["template"])["spec"]  # type: ignore[no-any-return]


def _of_container(name: str, value: object) -> Change:
    def change(manifests: list[dict[str, Any]]) -> None:
        _pod(manifests)["containers"][0][name] = value

    return change


def _of_context(name: str, value: object) -> Change:
    def change(manifests: list[dict[str, Any]]) -> None:
        _pod(manifests)["containers"][0]["securityContext"][name] = value

    return change


def _of_pod(name: str, value: object) -> Change:
    def change(manifests: list[dict[str, Any]]) -> None:
        _pod(manifests)[name] = value

    return change


def _open_to_everybody(manifests: list[dict[str, Any]]) -> None:
    spec = {"podSelector": {"matchLabels": {"app": "server"}}, "ingress": [{"ports": [{"port": 80}]}]}
    manifests.append(
        {"apiVersion": "v1", "kind": "NetworkPolicy", "metadata": {"name": "o", "namespace": "credit"}, "spec": spec}
    )


def test_a_server_that_is_right_has_no_finding() -> None:
    """And neither has a job, which needs no probe and no budget."""
    manifests = _manifests()
    assert judge(manifests) == []
    manifests[0]["kind"] = "Job"
    del _pod(manifests)["containers"][0]["livenessProbe"]
    assert judge(manifests[:2]) == []


@pytest.mark.parametrize(
    ("change", "rule", "reason"),
    [
        (_of_context("privileged", True), "containers are not privileged", "is privileged"),
        (_of_context("allowPrivilegeEscalation", None), "containers are not privileged", "may gain rights"),
        (_of_context("capabilities", {}), "containers are not privileged", "keeps capabilities of root"),
        (
            _of_context("capabilities", {"drop": ["ALL"], "add": ["NET_ADMIN"]}),
            "containers are not privileged",
            "keeps capabilities of root",
        ),
        (_of_pod("securityContext", {"runAsNonRoot": True}), "containers are not privileged", "may make any call"),
        (_of_context("runAsNonRoot", False), "containers are not root", "may run as root"),
        (_of_context("runAsUser", 0), "containers are not root", "runs as root"),
        (
            _of_context("readOnlyRootFilesystem", False),
            "containers write nowhere but in volumes",
            "may change its own files",
        ),
        (
            _of_container("resources", {"requests": {"cpu": 1, "memory": "1Gi"}, "limits": {"cpu": 1}}),
            "containers have limits",
            "has no limits of memory",
        ),
        (_of_container("readinessProbe", None), "containers have probes", "has no readinessProbe"),
        (_of_container("image", "server:latest"), "images are pinned", "runs server:latest"),
        (_of_container("image", "server"), "images are pinned", "runs server"),
        (_of_pod("hostNetwork", True), "pods stay off their machine", "uses hostNetwork"),
        (
            _of_pod("volumes", [{"name": "v", "hostPath": {"path": "/etc"}}]),
            "pods stay off their machine",
            "mounts /etc",
        ),
        (
            _of_pod("automountServiceAccountToken", None),
            "pods have no token of the cluster",
            "holds a token of the cluster",
        ),
        (_of_pod("serviceAccountName", None), "pods have no token of the cluster", "shares the namespace's default"),
        (lambda all_: all_.pop(1), "namespaces refuse what no policy allows", "which no NetworkPolicy closes"),
        (_open_to_everybody, "namespaces refuse what no policy allows", "is asked by everybody"),
        (lambda all_: all_.pop(2), "servers outlive the machine below them", "has no PodDisruptionBudget"),
    ],
)
def test_one_change_is_one_finding(change: Change, rule: str, reason: str) -> None:
    """With the rule's name, the place and the fix."""
    manifests = _manifests()
    change(manifests)
    [found] = judge(manifests)
    assert (found.rule, found.place.startswith("Deployment credit/server")) == (rule, True)
    assert reason in found.reason
    assert found.fix


def test_init_containers_are_judged_too() -> None:
    """All but probes, which they cannot have."""
    manifests = _manifests()
    _pod(manifests)["initContainers"] = [{"name": "fetch", "image": _IMAGE}]
    found = judge(manifests)
    assert {each.place for each in found} == {"Deployment credit/server container fetch"}
    assert "containers have probes" not in {each.rule for each in found}


def test_what_is_no_manifest_is_refused(tmp_path: Path) -> None:
    """All mistakes of all files, each with its file, document and key."""
    for name, text in (("a", "a: ["), ("b", "kind: Pod\nspec: 1\n"), ("c", "- 1"), ("d", "kind: ''\napiVersion: v1\n")):
        (tmp_path / f"{name}.yaml").write_text(text)
    with pytest.raises(UnreadableManifestError) as refused:
        read([tmp_path])
    said = [line.removeprefix(f"{tmp_path}/") for line in str(refused.value).splitlines() if str(tmp_path) in line]
    assert said[0].startswith("a.yaml: is not YAML: ")
    assert said[1:] == [
        "b.yaml: document 1: apiVersion is missing; the file needs it",
        "b.yaml: document 1: spec is 1; it should be a mapping",
        "c.yaml: document 1: the file is [1]; it should be a mapping of kind, apiVersion, metadata, spec",
        "d.yaml: document 1: kind is ''; it should have at least 1 character",
    ]


def test_a_folder_without_manifests_is_refused(tmp_path: Path) -> None:
    """Nothing judged is not the same as nothing wrong."""
    with pytest.raises(UnreadableManifestError, match=r"holds no \.yaml file"):
        read([tmp_path])
