"""How a network is fitted, whatever the network."""

from dataclasses import dataclass

from ml.declarations.errors import require


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How long, in which steps, and from which seed.

    Attributes:
        batch_rows: rows of one step over all processes, a multiple of the lanes.
        epochs: passes over the rows, at most.
        patience_epochs: passes without a better loss on the tuning rows, after which it ends; 0: all are made.
        learning_rate, weight_decay: of AdamW (Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization").
        seed: of the weights, the order of the rows and what is dropped out.
        double: weights in double precision, and never mixed; to compare runs with each other.
        checkpoint_steps: steps between two checkpoints; one is always written after each epoch.
    """

    batch_rows: int
    epochs: int
    learning_rate: float
    seed: int
    patience_epochs: int = 0
    weight_decay: float = 0.0
    double: bool = False
    checkpoint_steps: int = 200

    def __post_init__(self) -> None:
        wrong = [
            f"{name} is {value}: give {least} or more"
            for name, value, least in (
                ("batch_rows", self.batch_rows, 1),
                ("epochs", self.epochs, 1),
                ("patience_epochs", self.patience_epochs, 0),
                ("checkpoint_steps", self.checkpoint_steps, 1),
            )
            if value < least
        ]
        rate = self.learning_rate
        require("schedule", [*wrong, None if rate > 0 else f"learning_rate is {rate}: give more than 0"])
