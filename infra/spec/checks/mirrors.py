"""Rules about redacted mirrors: their writers and their readers."""

from collections.abc import Iterator
from pathlib import Path

from infra.spec.reading.raw import dig, present
from infra.spec.reading.read import Read, problem
from settings.problems import Problem


def mirrors_can_be_read(read: Read) -> Iterator[Problem]:
    """A reader of a mirror names a source that has one."""
    for source, use_case, values in read.use_case_values():
        if values.get("mirror") is not True:
            continue
        named = values.get("source")
        giver = read.environments.get(named) if isinstance(named, str) else None
        if giver is None or not dig(giver.data, "use_cases", use_case, "mirror_key"):
            allowed = f"mirror with a source in which {use_case!r} has a mirror_key"
            fix = "name the source, and the secret there, or remove mirror"
            yield problem(source, ("use_cases", use_case, "mirror"), given=True, allowed=allowed, fix=fix)


def mirrors_can_be_made(read: Read) -> Iterator[Problem]:
    """A mirror is derived from ingested tables, with a secret of its own vault, in its own catalog."""
    for source, use_case, values in read.use_case_values():
        given = values.get("mirror_key")
        if not isinstance(given, str):
            continue
        name, declared = Path(source.file).stem, read.use_cases.get(use_case)
        catalog = f"{dig(source.data, 'catalog')}_mirror"
        needs = {
            "mirror_key with jobs.ingest, which makes the mirror": "ingest" in present(values, "jobs"),
            f"a use case with UseCase(mirror=Mirror(…)), which {use_case!r} has not": declared is None
            or declared.mirror is not None,
            f"{name}/<key>, a secret of the environment's key vault": given.split("/")[0] == dig(source.data, "name"),
            "mirror_key where the catalog is made, not adopted": dig(source.data, "adopt", "catalog") is None,
            f"mirror_key where an environment has source: {name} and mirror: true": any(
                dig(other.data, "use_cases", use_case, "source") == name
                and dig(other.data, "use_cases", use_case, "mirror") is True
                for other in read.environments.values()
            ),
            f"mirror_key where no environment has the catalog {catalog!r}": all(
                dig(other.data, "catalog") != catalog for other in read.environments.values()
            ),
        }
        for allowed, met in needs.items():
            if not met:
                location = ("use_cases", use_case, "mirror_key")
                yield problem(source, location, given=given, allowed=allowed, fix="add it, or remove mirror_key")


MIRROR_CHECKS = (mirrors_can_be_read, mirrors_can_be_made)
