"""The manifests of a served model in a Kubernetes cluster. Pure.

`server`: everything of one colour, and what both colours share. `switch`: the service, whose selector names the colour
that answers; it is applied once the colour's pods are ready.
"""

from typing import Any

from cli.places.placed import Placed
from infra.constructs.serving_places.names import POOL_LABEL, SERVERS

Manifest = dict[str, Any]

PORT = 8080
# The user `nobody`: not a user of the image, and not root.
_USER = 10001
_REPLICAS = (2, 10)
_FEATURES = "/features"
_CPU_PERCENT = 70
# Pods in namespaces with this label, whose value is the model's name, may call it.
CALLER_LABEL = "mlops/calls"
_DRAIN_S = 10
_SIZES = {"cpu": "500m", "memory": "1Gi", "ephemeral-storage": "1Gi"}
_LIMITS = {"cpu": "2", "memory": "2Gi", "ephemeral-storage": "4Gi"}


def server(placed: Placed) -> list[Manifest]:
    """The namespace, the service account, the network policies, and the colour's pods with autoscaler and budget."""
    return [
        _namespace(placed),
        _account(placed),
        _nobody(placed),
        _callers(placed),
        _deployment(placed),
        _disruptions(placed),
        _autoscaler(placed),
    ]


def switch(placed: Placed) -> list[Manifest]:
    """The service: once it is applied, the colour answers."""
    spec = {
        "type": "ClusterIP",
        "selector": _selector(placed),
        "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}],
    }
    return [_object("v1", "Service", placed, placed.name, spec)]


def _object(api: str, kind: str, placed: Placed, name: str, spec: Manifest | None = None) -> Manifest:
    metadata = {"name": name, "namespace": placed.name, "labels": _labels(placed)}
    found: Manifest = {"apiVersion": api, "kind": kind, "metadata": metadata}
    return found if spec is None else {**found, "spec": spec}


def _labels(placed: Placed) -> dict[str, str]:
    return {"app": placed.name, "mlops/environment": placed.environment.name, "mlops/version": str(placed.version)}


def _selector(placed: Placed) -> dict[str, str]:
    return {"app": placed.name, "mlops/colour": placed.colour.value}


def _namespace(placed: Placed) -> Manifest:
    # With this label Kubernetes refuses pods that could reach beyond their container.
    enforced = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": placed.name, "labels": enforced}}


def _account(placed: Placed) -> Manifest:
    made = _object("v1", "ServiceAccount", placed, placed.name)
    made["automountServiceAccountToken"] = False
    if placed.client_id:
        made["metadata"]["annotations"] = {"azure.workload.identity/client-id": placed.client_id}
    return made


def _nobody(placed: Placed) -> Manifest:
    spec: Manifest = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    return _object("networking.k8s.io/v1", "NetworkPolicy", placed, "nobody", spec)


def _callers(placed: Placed) -> Manifest:
    """Only named namespaces may call it. It may reach DNS, and its features if it has any, subject to the firewall."""
    spec: Manifest = {
        "podSelector": {"matchLabels": {"app": placed.name}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {
                "from": [{"namespaceSelector": {"matchLabels": {CALLER_LABEL: placed.name}}}],
                "ports": [{"protocol": "TCP", "port": PORT}],
            }
        ],
        "egress": [],
    }
    if placed.looks_up:
        dns = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
        spec["egress"] = [
            {"to": [dns], "ports": [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]},
            {"ports": [{"protocol": "TCP", "port": 443}]},
        ]
    return _object("networking.k8s.io/v1", "NetworkPolicy", placed, placed.name, spec)


def _deployment(placed: Placed) -> Manifest:
    labels = {**_labels(placed), **_selector(placed)}
    if placed.looks_up:
        labels["azure.workload.identity/use"] = "true"
    spec: Manifest = {
        # The autoscaler sets the number of replicas; one new pod starts before an old one stops.
        "selector": {"matchLabels": _selector(placed)},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
        "revisionHistoryLimit": 3,
        "template": {"metadata": {"labels": labels}, "spec": _pod(placed)},
    }
    return _object("apps/v1", "Deployment", placed, f"{placed.name}-{placed.colour}", spec)


def _pod(placed: Placed) -> Manifest:
    volumes: list[Manifest] = [{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}]
    if placed.looks_up:
        volumes.append({"name": "features", "emptyDir": {"sizeLimit": "2Gi"}})
    spread = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": _selector(placed)},
    }
    return {
        "serviceAccountName": placed.name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "nodeSelector": {POOL_LABEL: SERVERS},
        "topologySpreadConstraints": [spread],
        "terminationGracePeriodSeconds": 60,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "initContainers": [_fetch(placed)] if placed.looks_up else [],
        "containers": [_server(placed)],
        "volumes": volumes,
    }


def _container(placed: Placed, name: str) -> Manifest:
    """Common to both containers: a read-only file system except for volumes, and no privilege escalation."""
    mounts = [{"name": "tmp", "mountPath": "/tmp"}]  # noqa: S108 - of the container
    if placed.looks_up:
        mounts.append({"name": "features", "mountPath": _FEATURES})
    return {
        "name": name,
        "image": placed.image,
        "imagePullPolicy": "Always",
        "resources": {"requests": dict(_SIZES), "limits": dict(_LIMITS)},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": mounts,
    }


def _fetch(placed: Placed) -> Manifest:
    command = [
        "python",
        "-m",
        "ml.server.fetch_features",
        "--from",
        placed.features_url,
        "--into",
        f"{_FEATURES}/online.db",
    ]
    return {**_container(placed, "features"), "command": command}


def _server(placed: Placed) -> Manifest:
    """The image's own command. It listens once the version is loaded, so the first probe waits for that."""
    environment = {"PORT": str(PORT), **({"ONLINE_STORE": f"{_FEATURES}/online.db"} if placed.looks_up else {})}
    asked = {"httpGet": {"path": "/ping", "port": "http"}, "timeoutSeconds": 2}
    return {
        **_container(placed, "server"),
        "env": [{"name": name, "value": value} for name, value in environment.items()],
        "ports": [{"name": "http", "containerPort": PORT, "protocol": "TCP"}],
        "startupProbe": {**asked, "periodSeconds": 2, "failureThreshold": 60},
        "readinessProbe": {**asked, "periodSeconds": 5, "failureThreshold": 2},
        "livenessProbe": {**asked, "periodSeconds": 10, "failureThreshold": 3},
        # Requests still arrive for a moment after the pod was removed from the service.
        "lifecycle": {"preStop": {"exec": {"command": ["sleep", str(_DRAIN_S)]}}},
    }


def _disruptions(placed: Placed) -> Manifest:
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": _selector(placed)}}
    return _object("policy/v1", "PodDisruptionBudget", placed, f"{placed.name}-{placed.colour}", spec)


def _autoscaler(placed: Placed) -> Manifest:
    name = f"{placed.name}-{placed.colour}"
    low, high = _REPLICAS
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": low,
        "maxReplicas": high,
        "metrics": [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": _CPU_PERCENT}},
            }
        ],
    }
    return _object("autoscaling/v2", "HorizontalPodAutoscaler", placed, name, spec)
