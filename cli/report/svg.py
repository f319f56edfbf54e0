"""The few SVG parts that the charts share. Colours are CSS variables, so a chart follows the page's theme."""

from dataclasses import dataclass
from html import escape


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
    """`count` + 1 evenly spaced values from `low` to `high`."""
    return [low + (high - low) * step / count for step in range(count + 1)]


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


def drawing(width: int, height: int, parts: list[str], *, label: str) -> str:
    """The whole picture, which scales with the page; `label` is the text for screen readers."""
    return element("svg", "".join(parts), viewBox=f"0 0 {width} {height}", role="img", aria_label=label)


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
