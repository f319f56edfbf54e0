"""Rules about the clusters of training: a policy for its GPUs, and a worker for each of its processes."""

from collections.abc import Iterator

from infra.spec.gpus import gpu_policy
from infra.spec.reading.raw import dig, table, texts
from infra.spec.reading.read import Read, problem
from settings.problems import Problem


def gpu_training_has_a_policy(read: Read) -> Iterator[Problem]:
    """A GPU cluster needs a policy: for one machine or for several, depending on the models that it fits."""
    for source, use_case, values in read.use_case_values():
        wanted = dig(values, "jobs", "training", "gpu") is True
        for policy in sorted(_gpu_policies(read, use_case)) if wanted else ():
            if not table(source.data, "policies", policy):
                location = ("use_cases", use_case, "jobs", "training", "gpu")
                fix = "add the policy, or remove gpu"
                yield problem(source, location, given=True, allowed=f"gpu with the policy {policy}", fix=fix)


def processes_have_their_workers(read: Read) -> Iterator[Problem]:
    """Processes that fit one network start together, each on a worker; each policy of their cluster allows enough."""
    for source, use_case, values in read.use_case_values():
        wanted = dig(values, "jobs", "training", "processes")
        if not isinstance(wanted, int) or wanted == 1:
            continue
        location = ("use_cases", use_case, "jobs", "training", "processes")
        if "gpu_distributed" not in _gpu_policies(read, use_case):
            allowed, fix = "1, since no model is fitted by spark_network", "remove it, or declare that algorithm"
            yield problem(source, location, given=wanted, allowed=allowed, fix=fix)
            continue
        gpus = dig(values, "jobs", "training", "gpu") is True
        for policy in ("cpu_autoscaling", *(("gpu_distributed",) if gpus else ())):
            most = dig(source.data, "policies", policy, "size", "max_workers")
            if isinstance(most, int) and most < wanted:
                allowed, fix = f"at most the {most} workers of {policy}", "ask for fewer, or raise max_workers"
                yield problem(source, location, given=wanted, allowed=allowed, fix=fix)


def _gpu_policies(read: Read, use_case: str) -> set[str]:
    """The policies for the GPU training of each of its models."""
    declared = read.use_cases.get(use_case)
    return {gpu_policy(model) for model in declared.models} if declared else {"gpu_single_node"}


def policies_have_a_user(read: Read) -> Iterator[Problem]:
    """A GPU policy must have a job or people that use it; an unused one would only look like an option."""
    for source in read.environments.values():
        cases = table(source.data, "use_cases")
        with_gpu = [case for case in cases if dig(cases, case, "jobs", "training", "gpu") is True]
        used = {policy for case in with_gpu for policy in _gpu_policies(read, str(case))}
        for name in table(source.data, "policies"):
            if name.startswith("gpu_") and name not in used and not texts(source.data, "policies", name, "can_use"):
                location = ("policies", name, "can_use")
                allowed = f"{name} with a group, or with a job on it"
                yield problem(source, location, given=[], allowed=allowed, fix="name a group, or remove the policy")
