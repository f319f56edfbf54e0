"""Moving one alias of the registered model."""

from ml.gates.evidence import Judged
from ml.promotion.moves import Move


def apply(subject: Judged, move: Move) -> None:
    """Move one alias. Only the model's owner may."""
    if move.to_version is None:
        subject.client.delete_registered_model_alias(subject.name, move.alias)
    else:
        subject.client.set_registered_model_alias(subject.name, move.alias, str(move.to_version))
