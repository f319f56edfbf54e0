"""Draws the platform of docs/architecture.md from the stacks themselves: `python -m infra.drawing`.

The picture is an SVG file, which a page shows on GitHub and on the site alike. It is narrow, so that its text is read
on a phone; light or dark by the reader's setting, on a ground of its own.
"""

import json
import tempfile
import textwrap
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from infra.drawn import Documents, Environment, Hub, Platform, platform
from infra.main import synth
from infra.wheel import ROOT

PICTURE = ROOT / "docs" / "pictures" / "platform.svg"
# Lengths in pixels. Left of the boxes is the line to the hub, right of them the arrows between environments.
_WIDTH, _LEFT, _RIGHT, _INSET, _LINE = 440, 30, 400, 12, 19
_HUB_LINE, _LANE = 14, 9
_VAULT = 262
# Characters that fit into a line of a box of the whole width, of a workspace, and of a vault.
_WIDE, _WORKSPACE, _NARROW = 50, 26, 15
_STYLE = """
svg { font: 14px system-ui, "Segoe UI", sans-serif;
  --card: #ffffff; --ink: #1c1d1f; --soft: #565b62; --rule: #b9bdc4;
  --data: #e7f1ee; --edge: #0f766b; --net: #f3f4f7; }
@media (prefers-color-scheme: dark) { svg {
  --card: #1d1f22; --ink: #ececec; --soft: #b3b8c0; --rule: #555a62;
  --data: #17332f; --edge: #4cc4b6; --net: #26292d; } }
.card { fill: var(--card); stroke: var(--rule); } .net { fill: var(--net); stroke: var(--rule); }
.data { fill: var(--data); stroke: var(--edge); } .tip { fill: var(--edge); }
text { fill: var(--ink); } .soft { fill: var(--soft); font-size: 13px; } .head { font-weight: 600; }
.link, .writes, .reads { stroke: var(--edge); fill: none; } .link { stroke: var(--soft); }
.writes { stroke-width: 2.5; } .reads { stroke-width: 1.5; stroke-dasharray: 5 4; }
"""


def drawing(documents: Documents) -> str:
    """The platform as SVG; `documents` are the stacks' by name."""
    return picture(platform(documents))


def picture(drawn: Platform) -> str:
    """One block per environment: its network, and below it the catalog that its workspace writes."""
    parts: list[str] = []
    below = 14.0
    networks, catalogs = dict[str, float](), dict[str, float]()
    if drawn.hub is not None:
        below = _box(parts, below, _hub_lines(drawn.hub), "net") + 16
    hub_end = below - 16
    for each in drawn.environments:
        networks[each.name], below = below + 20, _network(parts, below, each, peered=drawn.hub is not None)
        if each.name in each.writers:
            parts.append(_arrow(f"M{_LEFT + 40} {below} v26", "writes"))
            parts.append(_text(_LEFT + 54, below + 19, "reads and writes", "soft"))
        catalogs[each.name] = below + 44
        below = _box(parts, below + 30, _catalog_lines(each), "data") + 20
    below = _box(parts, below - 4, _metastore_lines(drawn), "data") + 14
    if drawn.hub is not None:
        parts.insert(0, _peerings(hub_end, list(networks.values())))
    return _svg([*parts, *_between(drawn, networks, catalogs)], below)


def _hub_lines(hub: Hub) -> list[str]:
    return [
        f"hub: network {hub.network}",
        f"firewall, {hub.firewall}: only named hosts beyond it",
        f"{hub.zones} DNS zones, Log Analytics, runners",
    ]


def _catalog_lines(each: Environment) -> list[str]:
    others = [f"also written by {name}" for name in each.writers if name != each.name]
    others += [f"read, not written, by {name}" for name in each.readers]
    return [f"catalog {each.catalog}", f"account {each.account}: {', '.join(each.containers)}", *others]


def _metastore_lines(drawn: Platform) -> list[str]:
    return ["one metastore for all catalogs", drawn.metastore]


def _network(parts: list[str], top: float, each: Environment, *, peered: bool) -> float:
    """A network with its workspace and its vault; returns where it ends."""
    head = [f"{each.name}: network {each.network}"]
    head += [f"peered with the hub, {each.endpoints} private endpoints"] if peered else []
    inner = top + 14 + _LINE * len(head)
    work = ["workspace", each.workspace, f"{each.jobs} jobs", *(f"serves {name}" for name in each.served)]
    lines = [_wrapped(work, _WORKSPACE), _wrapped(["vault", each.vault], _NARROW)]
    tall = 12 + _LINE * max(map(len, lines))
    parts.append(_rect(_LEFT, top, _RIGHT - _LEFT, inner + tall + _INSET - top, "net"))
    parts.extend(_lines(_LEFT + _INSET, top, head))
    parts.append(_rect(_LEFT + _INSET, inner, _VAULT - 26 - _LEFT - _INSET, tall, "card"))
    parts.append(_rect(_VAULT, inner, _RIGHT - _INSET - _VAULT, tall, "card"))
    parts.append(_arrow(f"M{_VAULT - 26} {inner + tall / 2} h22", "link"))
    parts.extend(_lines(_LEFT + _INSET + 10, inner - 3, lines[0]))
    parts.extend(_lines(_VAULT + 10, inner - 3, lines[1]))
    return inner + tall + _INSET


def _peerings(start: float, ends: Sequence[float]) -> str:
    """The line from the hub to each network."""
    branches = "".join(f" M{_HUB_LINE} {end} H{_LEFT}" for end in ends)
    return f'<path class="link" d="M{_LEFT} {start - 20} H{_HUB_LINE} V{max(ends)}{branches}"/>'


def _between(drawn: Platform, networks: dict[str, float], catalogs: dict[str, float]) -> Iterator[str]:
    """An arrow from each network whose workspace reads or writes another environment's catalog, in its own lane."""
    wanted = [
        (who, each.name, kind)
        for each in drawn.environments
        for kind, names in (("writes", each.writers), ("reads", each.readers))
        for who in names
        if who != each.name
    ]
    for number, (who, whose, kind) in enumerate(wanted, start=1):
        lane, at = _RIGHT + 8 + _LANE * number, _LANE * (number - 1)
        yield _arrow(f"M{_RIGHT} {networks[who] + at} H{lane} V{catalogs[whose] + at} H{_RIGHT + 6}", kind)


def _box(parts: list[str], top: float, lines: Sequence[str], kind: str) -> float:
    """A box of the whole width with `lines`, the first as its head; returns where it ends."""
    shown = _wrapped(lines, _WIDE)
    end = top + 14 + _LINE * len(shown)
    parts.append(_rect(_LEFT, top, _RIGHT - _LEFT, end - top, kind))
    parts.extend(_lines(_LEFT + _INSET, top, shown))
    return end


def _wrapped(lines: Sequence[str], characters: int) -> list[str]:
    return [part for line in lines for part in textwrap.wrap(line, characters, break_on_hyphens=False)]


def _lines(left: float, top: float, lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield _text(left, top + 22 + _LINE * number, line, "soft" if number else "head")


def _text(left: float, baseline: float, content: str, kind: str) -> str:
    return f'<text x="{left:g}" y="{baseline:g}" class="{kind}">{escape(content)}</text>'


def _rect(left: float, top: float, width: float, height: float, kind: str) -> str:
    return f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" rx="6" class="{kind}"/>'


def _arrow(path: str, kind: str) -> str:
    return f'<path class="{kind}" d="{path}" marker-end="url(#tip)"/>'


def _svg(parts: Sequence[str], height: float) -> str:
    tip = (
        '<marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="8" markerHeight="8" '
        'markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 0 L8 4 L0 8 z"/></marker>'
    )
    head = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:g}" width="{_WIDTH}" role="img"'
    card = _rect(0.5, 0.5, _WIDTH - 1, height - 1, "card")
    body = "\n".join([f"<style>{_STYLE}</style>", f"<defs>{tip}</defs>", card, *parts])
    return f'<svg {head} aria-label="The platform, drawn from its stacks">{body}\n</svg>\n'


def shipped() -> Documents:
    """The documents of the shipped workspaces."""
    with tempfile.TemporaryDirectory() as folder:
        synth(Path(folder))
        files = sorted(Path(folder).glob("stacks/*/cdk.tf.json"))
        return {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in files}


if __name__ == "__main__":
    PICTURE.write_text(drawing(shipped()), encoding="utf-8")
    print(PICTURE.relative_to(ROOT))
