"""The inputs of every part of the stack `<env>-workspace`."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.access.grants import Holders
from infra.cdktf_seam import Scope
from infra.constructs.unity_catalog.lake import LakeOutputs
from infra.spec import Environment, Spec


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The inputs of every part.

    `held` is access by use case, `jobs` the application ids of the jobs with code, `monitors` those of the monitoring
    jobs among them by use case, `secret_readers` those of the jobs whose topics and sinks have secrets by the name of
    the access, `policy_users` those whose jobs name a policy, `principals` the application ids of all by name,
    `principal_names` the other way round.
    """

    stack: Scope
    spec: Spec
    environment: Environment
    owner: str
    held: Mapping[str, Holders]
    jobs: tuple[str, ...]
    monitors: Mapping[str, str]
    secret_readers: Mapping[str, str]
    policy_users: Mapping[str, tuple[str, ...]]
    principals: Mapping[str, str]
    principal_names: Mapping[str, str]
    lake: LakeOutputs
