"""A small vocabulary of SVG: text, lines, shapes, and the two palettes."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

SANS = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif'
)

LIGHT: Mapping[str, Sequence[str]] = {
    "paper": "#f7faf8",
    "line": "#d8deda",
    "strong": "#77847c",
    "ink": "#0f1d17",
    "soft": "#47554e",
    "accent": "#006a3e",
    "wash": "#ddf7e7",
    "more": ("#e4ece7", "#c2d9cb", "#8cbb9f", "#539c74", "#007e4b"),
    "less": ("#ebe8f0", "#d6cee6", "#b4a5d3", "#947cbf", "#7653ab"),
    "over": ("#0f1d17", "#0f1d17", "#0f1d17", "#0f1d17", "#ffffff"),
}
DARK: Mapping[str, Sequence[str]] = {
    "paper": "#0d1310",
    "line": "#2c3531",
    "strong": "#6c7872",
    "ink": "#e9eeea",
    "soft": "#a5afa9",
    "accent": "#58da98",
    "wash": "#133122",
    "more": ("#202a25", "#2b3d32", "#3b644d", "#4b8e69", "#59ba86"),
    "less": ("#25232b", "#3b3448", "#60507c", "#886eb4", "#b28def"),
    "over": ("#e9eeea", "#e9eeea", "#e9eeea", "#0d1310", "#0d1310"),
}
SHADES = len(LIGHT["more"])


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished drawing.

    Parameters
    ----------
    title
        What it shows, for people and for screen readers.
    width, height
        In pixels, which scale.
    body
        The SVG within.
    """

    title: str
    width: float
    height: float
    body: str

    def to_svg(self, *, standalone: bool = True) -> str:
        """Return the drawing as SVG; `standalone` adds what a file of its own needs."""
        size = f"{number(self.width)} {number(self.height)}"
        own = ' xmlns="http://www.w3.org/2000/svg"' * standalone
        style = f"<style>{stylesheet()}</style>" if standalone else ""
        ground = '<rect class="paper" width="100%" height="100%"/>' if standalone else ""
        return (
            f'<svg{own} width="{number(self.width)}" height="{number(self.height)}" '
            f'viewBox="0 0 {size}" role="img" class="plot" '
            f'aria-label="{escape(self.title)}">{style}{ground}{self.body}</svg>\n'
        )


def stylesheet() -> str:
    """Return the rules for both palettes; the system's preference decides."""
    return f"{SHAPES}{_colours(LIGHT)}@media (prefers-color-scheme: dark){{{_colours(DARK)}}}"


def text(
    x: float, y: float, words: str, kind: str = "", *, anchor: str = "start", turn: float = 0
) -> str:
    """Set words with their baseline at `y`; `kind` is one or more classes."""
    turned = f' transform="rotate({number(turn)} {number(x)} {number(y)})"' if turn else ""
    placed = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return (
        f'<text x="{number(x)}" y="{number(y)}" class="{kind or "ink"}"{placed}{turned}>'
        f"{escape(words)}</text>"
    )


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """Draw a straight line."""
    ends = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
    return f'<line {ends} class="{kind}"/>'


def dot(x: float, y: float, radius: float, kind: str) -> str:
    """Draw a filled circle."""
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" class="{kind}"/>'


def box(x: float, y: float, width: float, height: float, kind: str) -> str:
    """Draw a filled rectangle."""
    size = f'width="{number(width)}" height="{number(height)}"'
    return f'<rect x="{number(x)}" y="{number(y)}" {size} class="{kind}"/>'


def group(parts: list[str], hint: str) -> str:
    """Put parts together under a hint that shows when the pointer rests on them."""
    return f"<g><title>{escape(hint)}</title>{''.join(parts)}</g>"


def number(value: float) -> str:
    """Write a coordinate with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def width_of(words: str, size: float = 13.0) -> float:
    """Estimate how wide words are, on the safe side: fonts differ between systems."""
    units = sum(1.0 if unicodedata.east_asian_width(one) in "WF" else 0.58 for one in words)
    return units * size


def shortened(words: str, most: int = 44) -> str:
    """Cut a long name in the middle, where names of models differ least."""
    if len(words) <= most:
        return words
    return f"{words[: most - 13]}…{words[-12:]}"


SHAPES = (
    ":root{color-scheme:light dark}"
    f"text{{font:13px {SANS};font-variant-numeric:tabular-nums}}"
    ".title{font-size:17px;font-weight:650}.small{font-size:12px}.number{font-size:12px}"
    ".name{font-size:13px}.strong-words{font-weight:650}"
    ".grid{stroke-width:1}.range{stroke-width:2;stroke-linecap:round}"
    ".interval{stroke-width:7;stroke-opacity:.38}.estimate{stroke-width:2.5;stroke-linecap:round}"
    ".step{fill:none;stroke-width:1.5;stroke-dasharray:5 4}"
)


def _colours(palette: Mapping[str, Sequence[str]]) -> str:
    shades = "".join(
        f".{kind}{shade}{{fill:{palette[kind][shade]}}}"
        for kind in ("more", "less", "over")
        for shade in range(SHADES)
    )
    return (
        f".paper{{fill:{palette['paper']}}}.ink{{fill:{palette['ink']}}}"
        f".soft{{fill:{palette['soft']}}}"
        ".hover{fill:transparent}"
        f"g:hover>.hover{{fill:{palette['wash']}}}"
        f".halo{{stroke:{palette['paper']};stroke-width:4;paint-order:stroke}}"
        f".grid{{stroke:{palette['line']}}}.range{{stroke:{palette['strong']}}}"
        f".point{{fill:{palette['accent']};stroke:{palette['paper']};stroke-width:1.5}}"
        f".plain{{fill:{palette['strong']};stroke:{palette['paper']};stroke-width:1.5}}"
        f".step{{stroke:{palette['accent']}}}"
        f".best,.interval,.estimate{{stroke:{palette['accent']}}}{shades}"
    )
