"""Places other than Databricks that may serve the live version: a Kubernetes cluster, and Azure Machine Learning."""

from typing import Annotated, Literal

from pydantic import Field, StrictInt, StringConstraints

from infra.spec.values.fields import CpuNode, NotEmpty, Uuid, Values
from infra.spec.values.network import PrivateRange

PinnedImage = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)+(:[\w.-]+)?@sha256:[0-9a-f]{64}$"),
    Field(description="<registry>/<name>@sha256:<64 hexadecimal digits>, such as `docker buildx imagetools` shows it"),
]


class ServingPlaces(Values):
    """Settings shared by both places."""

    base_image: PinnedImage
    """what the servers' images are built on: Python 3.12 with pip and a shell, by its digest"""


class Nodes(Values):
    """Number of machines of one kind."""

    min: Annotated[StrictInt, Field(ge=2, le=100, description="2 to 100, because one may be removed at any time")]
    max: Annotated[StrictInt, Field(ge=2, le=100, description="2 to 100, not below min")]


class AksServing(Values):
    """The private Kubernetes cluster of one environment. It stands in the subnet `network.subnets.serving`."""

    kubernetes_version: Annotated[
        str, StringConstraints(pattern=r"^1\.\d{2}$"), Field(description="a minor version that Azure offers, as 1.34")
    ]
    """Azure keeps its patches up to date"""
    administrators_group_id: Uuid
    """object id of the Entra group that administers the cluster; the cluster has no accounts of its own"""
    node_type: CpuNode
    nodes: Nodes
    """machines for the servers; the cluster itself uses two or three more of the same type"""
    zones: tuple[Literal["1", "2", "3"], ...] = ("1", "2", "3")
    """zones of the machines; an empty list if the region has none"""
    pod_range: PrivateRange = "10.244.0.0/16"
    """addresses of pods, which no network of yours may have"""
    service_range: PrivateRange = "10.245.0.0/16"
    """addresses of the cluster's services, which no network of yours may have"""


class AzureMl(Values):
    """The Azure Machine Learning workspace of one environment, with an online endpoint for each served model."""

    instance_type: CpuNode
    """a machine that online endpoints take"""
    instances: Annotated[StrictInt, Field(ge=1, le=20, description="1 to 20")]
    callers: NotEmpty[Uuid]
    """object ids of Entra groups that may ask the endpoints"""
