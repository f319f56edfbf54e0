"""Synthetic series that the forecasting code was not developed on: families of hourly and of weekly series.

Each family is a separate stochastic process with parameters drawn per series; equal seeds draw equal series.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Draw = np.random.Generator
HOURS, DAYS, WEEKS = 24, 7, 52


@dataclass(frozen=True, kw_only=True)
class Family:
    """`make` draws one series of the given length; its docstring describes it."""

    name: str
    make: Callable[[Draw, int], Floats]


def drawn(family: Family, number: int, seed: int, lengths: Callable[[Draw], int]) -> list[Floats]:
    """`number` series; the series at an index does not depend on their number."""
    found = []
    for place in range(number):
        draw = np.random.default_rng([seed, place, *family.name.encode()])
        found.append(family.make(draw, lengths(draw)))
    return found


def hourly_length(draw: Draw) -> int:
    """700 to 960 points of history, and 48 for evaluation."""
    return int(draw.integers(700, 961)) + 48


def weekly_length(draw: Draw) -> int:
    """80 to 2,600 points of history, as many short as long ones, and 13 for evaluation."""
    return int(np.exp(draw.uniform(np.log(80), np.log(2600)))) + 13


def _wave(draw: Draw, length: int, sharpness: float) -> Floats:
    """One season, shape (length,): a few bumps of any width around the circle, mean 0 and deviation 1."""
    place = np.arange(length) / length
    bumps = [
        draw.uniform(0.4, 1.0) * np.exp(sharpness * (np.cos(2 * np.pi * (place - draw.uniform())) - 1))
        for _ in range(int(draw.integers(1, 4)))
    ]
    wave = np.sum(bumps, axis=0)
    return np.asarray((wave - wave.mean()) / wave.std())


def _smooth_noise(draw: Draw, steps: int, memory: float, size: float) -> Floats:
    """An AR(1) process of standard deviation `size`."""
    noise = draw.normal(0, size * np.sqrt(1 - memory**2), steps)
    value, found = 0.0, np.empty(steps)
    for step in range(steps):
        value = memory * value + noise[step]
        found[step] = value
    return found


def _calendar(steps: int, first: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Hour of the day and day of the week of each step."""
    hours = np.arange(steps) + first
    return hours % HOURS, (hours // HOURS) % DAYS


def office(draw: Draw, steps: int) -> Floats:
    """Power of a building: high while people are in, on five days; a base load at other times."""
    hour, day = _calendar(steps, int(draw.integers(0, 168)))
    opens, closes = draw.integers(6, 10), draw.integers(16, 21)
    inside = ((hour >= opens) & (hour < closes) & (day < 5)).astype(float)
    eased = np.convolve(inside, [0.2, 0.6, 0.2], mode="same")
    load = draw.uniform(30, 60) + draw.uniform(40, 120) * eased * (1 + 0.05 * draw.normal(size=DAYS)[day])
    return np.asarray(load * np.exp(_smooth_noise(draw, steps, 0.85, 0.06)))


def calls(draw: Draw, steps: int) -> Floats:
    """Calls in a centre: overdispersed counts with two peaks a day, and a quiet end of the week."""
    hour, day = _calendar(steps, 0)
    busy = np.exp(draw.uniform(0.5, 1.0) * _wave(draw, HOURS, 6.0))[hour] * np.r_[np.ones(5), 0.6, 0.3][day]
    rate = draw.uniform(5, 80) * busy * np.exp(_smooth_noise(draw, steps, 0.95, 0.12))
    return np.asarray(draw.negative_binomial(20, 20 / (20 + rate)).astype(float) + 1)


def water(draw: Draw, steps: int) -> Floats:
    """Water of a town: another daily profile at weekends, on a level that wanders with the weather."""
    hour, day = _calendar(steps, int(draw.integers(0, 168)))
    workday, weekend = _wave(draw, HOURS, 4.0), _wave(draw, HOURS, 2.5)
    shape = np.where(day < 5, workday[hour], 0.8 * weekend[hour])
    level = 1 + _smooth_noise(draw, steps, 0.995, 0.1)
    return np.asarray(np.maximum(draw.uniform(200, 900) * (level + 0.25 * shape + draw.normal(0, 0.03, steps)), 1.0))


def sun(draw: Draw, steps: int) -> Floats:
    """Solar heat under changing clouds: no weekly pattern, a daily profile whose size follows the sky."""
    hour, _ = _calendar(steps, int(draw.integers(0, 24)))
    sky = 0.6 + 0.4 * np.tanh(_smooth_noise(draw, steps, 0.97, 1.2))
    arc = np.maximum(np.sin(np.pi * (hour - 6) / 12), 0.0)
    return np.asarray(15 + draw.uniform(8, 20) * arc * sky + _smooth_noise(draw, steps, 0.97, 2.0) + 10)


def platform(draw: Draw, steps: int) -> Floats:
    """Requests of a service that grows exponentially each week, with releases that permanently raise the level."""
    hour, day = _calendar(steps, int(draw.integers(0, 168)))
    lifts = np.cumsum((draw.random(steps) < 1 / 300) * draw.normal(0.1, 0.08, steps))
    week = 0.25 * _wave(draw, DAYS, 2.0)[day] + 0.5 * _wave(draw, HOURS, 1.5)[hour]
    growth = np.arange(steps) / 168 * draw.normal(0.02, 0.02)
    return np.asarray(draw.uniform(1e3, 1e6) * np.exp(week + lifts + growth + _smooth_noise(draw, steps, 0.7, 0.05)))


def market(draw: Draw, steps: int) -> Floats:
    """Prices: daily and weekly patterns in the level, and calm and volatile times."""
    hour, day = _calendar(steps, 0)
    storm = np.exp(_smooth_noise(draw, steps, 0.98, 0.5))
    season = 8 * _wave(draw, HOURS, 2.0)[hour] + 5 * _wave(draw, DAYS, 1.5)[day]
    moves = np.cumsum(storm * draw.normal(0, 0.4, steps))
    return np.asarray(np.maximum(60 + season + moves + storm * draw.normal(0, 2, steps), 0.5))


def _year(draw: Draw, steps: int, sharpness: float) -> Floats:
    """The yearly season over weeks; a year has 52.18 of them."""
    wave = _wave(draw, 366, sharpness)
    return np.asarray(wave[((np.arange(steps) * 7 + draw.integers(0, 365)) % 365.25).astype(int)])


def shop(draw: Draw, steps: int) -> Floats:
    """Sales with one peak a year, on a level that drifts."""
    level = 0.002 * draw.normal() * np.arange(steps) / 5 + np.cumsum(draw.normal(0, 0.006, steps))
    return np.asarray(
        draw.uniform(50, 5000) * np.exp(level + 0.3 * _year(draw, steps, 12.0) + draw.normal(0, 0.06, steps))
    )


def fund(draw: Draw, steps: int) -> Floats:
    """A price without a season, with clustered changes that drift upwards."""
    storm = np.exp(_smooth_noise(draw, steps, 0.95, 0.4))
    return np.asarray(draw.uniform(5, 500) * np.exp(np.cumsum(draw.normal(0.0008, 0.018, steps) * storm)))


def claims(draw: Draw, steps: int) -> Floats:
    """Counts that rise and fall over years, with random differences between weeks."""
    slow = 0.5 * np.sin(2 * np.pi * np.arange(steps) / draw.uniform(150, 500) + draw.uniform(0, 6))
    rate = draw.uniform(100, 3000) * np.exp(slow + _smooth_noise(draw, steps, 0.9, 0.08))
    return np.asarray(draw.poisson(rate).astype(float) + 1)


def stock(draw: Draw, steps: int) -> Floats:
    """Stock levels: filled in summer, used in winter, faster or slower in some years."""
    flow = draw.uniform(20, 60) * _year(draw, steps, 1.0) + _smooth_noise(draw, steps, 0.8, 12.0)
    held = np.cumsum(flow - flow.mean())
    return np.asarray(held - held.min() + draw.uniform(200, 2000))


def adoption(draw: Draw, steps: int) -> Floats:
    """Users on an S-curve towards a limit, with growth that has momentum."""
    middle, pace = draw.uniform(0.3, 1.2) * steps, draw.uniform(4, 10) / steps
    curve = 1 / (1 + np.exp(-pace * (np.arange(steps) - middle)))
    momentum = np.cumsum(_smooth_noise(draw, steps, 0.8, 0.004))
    return np.asarray(draw.uniform(1e3, 1e5) * (0.05 + curve) * np.exp(momentum))


def traffic(draw: Draw, steps: int) -> Floats:
    """Passengers: a yearly season proportional to the level, a trend, and steps when a line opens or closes."""
    steps_of_level = np.cumsum((draw.random(steps) < 1 / 250) * draw.normal(0, 0.2, steps))
    trend = np.arange(steps) / 52 * draw.normal(0.02, 0.03)
    year = 0.2 * _year(draw, steps, 2.0)
    return np.asarray(
        draw.uniform(1e2, 1e4) * np.exp(trend + steps_of_level + year + _smooth_noise(draw, steps, 0.5, 0.05))
    )


def fund_known(history: Floats, horizon: int) -> Floats:
    """The median of `fund` for one who knows its process: the last value, and the drift at the mean size of changes."""
    return np.asarray(history[-1] * np.exp(0.0008 * np.exp(0.4**2 / 2) * np.arange(1, horizon + 1)))


# The best forecast that is possible, where it is simple: a bound for every forecaster.
KNOWN: Mapping[str, Callable[[Floats, int], Floats]] = {"fund": fund_known}
HOURLY_FAMILIES: Mapping[str, Family] = {
    each.__name__: Family(name=each.__name__, make=each) for each in (office, calls, water, sun, platform, market)
}
WEEKLY_FAMILIES: Mapping[str, Family] = {
    each.__name__: Family(name=each.__name__, make=each) for each in (shop, fund, claims, stock, adoption, traffic)
}
