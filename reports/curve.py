"""Amounts as lines over a horizontal axis, drawn as SVG with whole numbers, for people to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from ledger.money import euros

WIDTH, HEIGHT = 800, 500
LOOK = 'role="img" lang="nl" font-family="sans-serif" font-size="13"'
LEFT, RIGHT, TOP, BOTTOM = 90, 760, 116, 430
TICKS = 5
STYLES = (("#01689b", ""), ("#c23b00", "8 4"), ("#2e7d32", "2 3"), ("#6a1b9a", "12 3 2 3"))
"""Lines differ in dash as well as in colour, for who sees no colour and for a black and white print."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name, and an amount in cents for each place on the horizontal axis."""

    name: str
    cents: Sequence[int]


@dataclass(frozen=True, slots=True)
class Curve:
    """A title, the horizontal axis with its places in cents from small to large, and the lines over it."""

    title: str
    axis: str
    places: Sequence[int]
    series: Sequence[Series]

    def __post_init__(self) -> None:
        assert len(self.places) > 1, "a curve needs at least two places"
        assert len(self.series) <= len(STYLES), "lines must stay apart"

    @property
    def lowest(self) -> int:
        """The smallest amount to draw, 0 if none is below it."""
        return min(0, *(cents for one in self.series for cents in one.cents))

    @property
    def highest(self) -> int:
        """The largest amount to draw, above the smallest."""
        return max(self.lowest + 1, *(cents for one in self.series for cents in one.cents))


def svg_of(curve: Curve) -> str:
    """The drawing as a file of its own."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {LOOK}>',
        f"<title>{escape(curve.title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _text(LEFT, 28, curve.title, 'font-size="18" font-weight="bold"'),
        _text(LEFT - 8, TOP - 14, "euro", 'text-anchor="end"'),
        *_places(curve),
        *_amounts(curve),
        *_lines(curve),
        _text((LEFT + RIGHT) // 2, BOTTOM + 50, curve.axis, 'text-anchor="middle"'),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _places(curve: Curve) -> Iterator[str]:
    for place in _ticks(curve.places[0], curve.places[-1]):
        yield _text(_across(curve, place), BOTTOM + 24, _short(place), 'text-anchor="middle"')


def _amounts(curve: Curve) -> Iterator[str]:
    for cents in _ticks(curve.lowest, curve.highest):
        at = _up(curve, cents)
        yield f'<path d="M{LEFT} {at}H{RIGHT}" stroke="#ccc"/>'
        yield _text(LEFT - 8, at + 4, _short(cents), 'text-anchor="end"')


def _lines(curve: Curve) -> Iterator[str]:
    for nr, (one, (colour, dash)) in enumerate(zip(curve.series, STYLES, strict=False)):
        look = f'fill="none" stroke="{colour}" stroke-width="3" stroke-dasharray="{dash or "none"}"'
        where = zip(curve.places, one.cents, strict=True)
        points = " ".join(f"{_across(curve, place)},{_up(curve, cents)}" for place, cents in where)
        left, top = LEFT + nr % 2 * 340, 54 + nr // 2 * 24
        yield f'<polyline points="{points}" {look}/>'
        yield f'<path d="M{left} {top}h40" {look}/>'
        yield _text(left + 50, top + 5, one.name, "")


def _across(curve: Curve, place: int) -> int:
    first, last = curve.places[0], curve.places[-1]
    return LEFT + (place - first) * (RIGHT - LEFT) // (last - first)


def _up(curve: Curve, cents: int) -> int:
    return BOTTOM - (cents - curve.lowest) * (BOTTOM - TOP) // (curve.highest - curve.lowest)


def _ticks(first: int, last: int) -> list[int]:
    """A few round amounts from the first to the last."""
    step = _round_step(max(1, (last - first) // TICKS))
    return list(range(-(-first // step) * step, last + 1, step))


def _round_step(least: int) -> int:
    """The smallest 1, 2 or 5 times a power of ten that is not less."""
    power = int("1".ljust(len(str(least)), "0"))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least)


def _short(cents: int) -> str:
    """Whole euros with points between thousands; cents only where there are any."""
    whole, _, decimals = euros(cents).partition(".")
    text = f"{int(whole):,}".replace(",", ".")
    return text if decimals == "00" else f"{text},{decimals}"


def _text(left: int, top: int, text: str, look: str) -> str:
    return f'<text x="{left}" y="{top}" {look}>{escape(text)}</text>'
