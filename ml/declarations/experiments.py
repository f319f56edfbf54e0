"""An experiment on an endpoint: a challenger answers some requests, and the outcomes say whether it is better."""

from dataclasses import dataclass

from ml.declarations.errors import require

# The interval rests on the normal approximation of two means.
FEWEST_ROWS = 100


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Compares the answers of a version on trial with those of the live one, by their outcomes.

    A version goes live only if it has won. Each event counts once, for the version that its first request was sent to.
    The loss of an answer is that of its problem.

    Attributes:
        size: outcomes of both versions together after which it ends, undecided if neither has won.
        effect: the difference of the mean losses that it detects soonest; others take longer.
        margin: how much larger the challenger's mean loss may be; 0: it must be smaller.
        confidence: confidence that holds at any time, however often it is looked at.
        min_rows: outcomes of each version before anything is said.
    """

    size: int
    effect: float
    margin: float = 0.0
    confidence: float = 0.95
    min_rows: int = FEWEST_ROWS

    def __post_init__(self) -> None:
        require(
            "experiment",
            [
                None if self.effect > 0 else f"effect is {self.effect}; give a difference of losses above 0",
                None if self.margin >= 0 else f"margin is {self.margin}; give 0 or more",
                None if 0.5 < self.confidence < 1 else f"confidence {self.confidence} is outside 0.5..1 (exclusive)",
                None if self.min_rows >= FEWEST_ROWS else f"min_rows is {self.min_rows}; give {FEWEST_ROWS} or more",
                None
                if self.size >= 2 * self.min_rows
                else f"size is {self.size}; give {2 * self.min_rows} or more, min_rows of each version",
            ],
        )
