"""The gain from each optional source of a model version: a tag of the version, and a sentence."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ml.evaluation.resampling import Interval

# Prefix of the tags that carry the gains of a version; the comparison gate reports them.
TAG = "gain_"


@dataclass(frozen=True, kw_only=True)
class Gain:
    """The improvement of `measure` by the features of the optional table `source`, with its paired interval."""

    source: str
    measure: str
    interval: Interval


def as_tags(found: list[Gain]) -> dict[str, str]:
    """The gains as tags of a version: one JSON object per source."""
    return {f"{TAG}{gain.source}": json.dumps({"measure": gain.measure, **asdict(gain.interval)}) for gain in found}


def sentences(tags: Mapping[str, str]) -> list[str]:
    """The gains in the tags of a version, in words."""
    told = []
    for name, text in sorted(tags.items()):
        if name.startswith(TAG):
            gain = json.loads(text)
            told.append(
                f"features of {name.removeprefix(TAG)} improve {gain['measure']} by {gain['difference']:+.4f}, "
                f"{gain['confidence']:.0%} interval {gain['lower']:+.4f}..{gain['upper']:+.4f}"
            )
    return told
