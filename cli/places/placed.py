"""The subject of an export: one version of one model, for one environment."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from infra import azure_names
from infra.spec import Environment, Spec
from infra.spec.served import Served
from ml.declarations.errors import require
from ml.versions.aliases import CHAMPION

_IMAGE = re.compile(r"[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Colour(StrEnum):
    """One of a model's two deployments: one answers, and a roll-back returns to the other."""

    BLUE = "blue"
    GREEN = "green"


def colour_of(moves: Sequence[Mapping[str, Any]]) -> Colour:
    """The colour of the live version, from the recorded moves of its aliases.

    Each move of @champion changes it. So a new version takes the idle colour, and a roll-back finds the previous
    version still deployed under its own colour, provided that every release is exported.
    """
    turns = sum(move["alias"] == CHAMPION and move["from_version"] != move["to_version"] for move in moves)
    return Colour.GREEN if turns and turns % 2 == 0 else Colour.BLUE


@dataclass(frozen=True, kw_only=True)
class Placed:
    """`version` is the one that answers, as `colour`, from `image`. `looks_up`: its features are looked up.

    `client_id` is the client id of the model's own identity, which a cluster's pods need if features are looked up.
    """

    spec: Spec
    environment: Environment
    served: Served
    version: int
    colour: Colour
    image: str
    looks_up: bool
    client_id: str | None = None

    def __post_init__(self) -> None:
        require(
            f"export of {self.served.label}",
            [
                None
                if _IMAGE.fullmatch(self.image)
                else f"image {self.image!r}; allowed is REGISTRY/NAME@sha256:DIGEST: the digest that the push printed",
                None
                if self.client_id is None or _UUID.fullmatch(self.client_id)
                else f"client id {self.client_id!r}; allowed is a UUID in lower case",
            ],
        )

    @property
    def name(self) -> str:
        """The model's name outside Databricks; also that of its namespace, service account and service."""
        return azure_names.served_name(self.served.label)

    @property
    def features_url(self) -> str:
        """The blob with its published features."""
        account = self.spec.places_of(self.environment).lake_account
        container = azure_names.features_container(self.served.label)
        return f"https://{account}.blob.core.windows.net/{container}/online.db"
