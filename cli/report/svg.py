"""The few SVG parts that the charts share. Colours are CSS variables, so a chart follows the page's theme."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
# Steps are compared as decimals, not to the last bit.
_ABOUT = 1 + 1e-9


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A linear scale from `low`..`high` (data) to `start`..`end` (pixels). A flat domain maps to the middle."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of `value`, kept inside the domain."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """At most `count` + 1 round values from `low` to `high`: multiples of 1, 2, 2.5 or 5 times a power of ten."""
    if not low < high:
        return [low]
    least = (high - low) / count
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * size for size in _ROUND if least <= power * size * _ABOUT)
    first, last = math.ceil(low / step / _ABOUT), math.floor(high / step * _ABOUT)
    return [round(step * number, 12) for number in range(first, last + 1)]


def element(name: str, content: str = "", **attributes: object) -> str:
    """One SVG element; attribute values are escaped, underscores in names become hyphens."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items()
    )
    return f"<{name}{written}>{content}</{name}>"


def line(x1: float, y1: float, x2: float, y2: float, kind: str = "grid") -> str:
    """A straight line of CSS class `kind`."""
    return element("line", x1=_px(x1), y1=_px(y1), x2=_px(x2), y2=_px(y2), class_=kind)


def text(x: float, y: float, content: str, *, anchor: str = "start", kind: str = "label") -> str:
    """Text at a baseline point; `anchor` is start, middle or end."""
    return element("text", escape(content), x=_px(x), y=_px(y), text_anchor=anchor, class_=kind)


def rect(x: float, y: float, width: float, height: float, *, kind: str, title: str = "") -> str:
    """A rectangle with a tooltip."""
    tip = element("title", escape(title)) if title else ""
    size = {"width": _px(max(width, 1)), "height": _px(height)}
    return element("rect", tip, x=_px(x), y=_px(y), rx=2, class_=kind, **size)


def circle(x: float, y: float, radius: float, *, kind: str, title: str = "") -> str:
    """A dot with a tooltip."""
    tip = element("title", escape(title)) if title else ""
    return element("circle", tip, cx=_px(x), cy=_px(y), r=radius, class_=kind)


def legend(kinds: Sequence[tuple[str, str]]) -> str:
    """What each CSS class of a drawing means, as HTML above it: it wraps, and stays in sight if the drawing scrolls."""
    named = (f'<span><i class="{kind}"></i>{escape(name)}</span>' for kind, name in kinds)
    return element("p", "".join(named), class_="legend")


def drawing(width: int, height: int, parts: list[str], *, label: str) -> str:
    """The whole picture, which scales with the page; `label` is the text for screen readers."""
    return element("svg", "".join(parts), viewBox=f"0 0 {width} {height}", role="img", aria_label=label)


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
