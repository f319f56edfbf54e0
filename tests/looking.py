"""Pages as a person meets them: in Chromium, on a phone and on a screen, light and dark. What was seen is kept.

Pictures lie in `dist/pages/`; the pipelines keep them beside a run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURES = Path(__file__).resolve().parents[1] / "dist" / "pages"
# A busy machine takes its time to draw a long page.
_PATIENCE_MS = 120_000
_COMPLAINTS = ("error", "warning", "assert")
# Texts below the contrast of WCAG 2.2, 1.4.3 (AA, 4.5 to 1), with the text. A drawing's text has its colour by `fill`.
_PALE = """() => {
  const colour = text => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const behind = node => { if (!node) return [255, 255, 255, 1];
    const found = colour(getComputedStyle(node).backgroundColor);
    return found[3] === 1 ? found : over(found, behind(node.parentElement)); };
  const light = rgb => rgb.slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const seen = node => node.checkVisibility({opacityProperty: true, visibilityProperty: true})
    && !node.closest("[aria-disabled=true], .disabled, :disabled")
    && [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim());
  return [...document.body.querySelectorAll("*")].filter(seen).map(node => {
    const style = getComputedStyle(node), ground = behind(node);
    const text = over(colour(node instanceof SVGElement ? style.fill : style.color), ground);
    const [high, low] = [light(text), light(ground)].sort((x, y) => y - x);
    return [Math.round(100 * (high + 0.05) / (low + 0.05)) / 100, node.textContent.trim().slice(0, 40)];
  }).filter(([ratio]) => ratio < 4.5);
}"""


@dataclass(frozen=True)
class Look:
    """The width of the window, and the reader's setting."""

    width_px: int
    scheme: Literal["light", "dark"]

    def __str__(self) -> str:
        return f"{self.width_px}-{self.scheme}"


LOOKS = tuple(Look(width, scheme) for width in (360, 1440) for scheme in ("light", "dark"))  # type: ignore[arg-type]
looks = pytest.mark.parametrize("look", LOOKS, ids=str)


@contextmanager
def looked_at(browser: "Browser", url: str, look: Look, name: str) -> Iterator["Page"]:
    """The page at `url`; at the end of the block it is judged, and a picture called `name` is kept.

    It must complain of nothing to the console, ask no other host for anything, miss no picture, fit the window, and
    have no text that is too pale.
    """
    page = browser.new_page(viewport={"width": look.width_px, "height": 900}, color_scheme=look.scheme)
    page.set_default_timeout(_PATIENCE_MS)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in _COMPLAINTS else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    try:
        yield page
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}-{look}.png", full_page=True)
        found = {
            "said": said,
            "asked elsewhere": [one for one in asked if not one.startswith(("data:", _origin(url)))],
            "missing pictures": page.evaluate("[...document.images].filter(each => !each.naturalWidth).length"),
            "width": page.evaluate("document.documentElement.scrollWidth"),
            "pale": page.evaluate(_PALE),
        }
    finally:
        page.close()
    wanted = {"said": [], "asked elsewhere": [], "missing pictures": 0, "width": look.width_px, "pale": []}
    assert found == wanted, {name: value for name, value in found.items() if value != wanted[name]}


def _origin(url: str) -> str:
    """A file may ask for itself alone, a page of a server for whatever that server has."""
    return url if url.startswith("file:") else "/".join(url.split("/")[:3]) + "/"
