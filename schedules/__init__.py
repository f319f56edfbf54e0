"""Schedules: Quartz cron expressions, parsed in one place for every room.

A leaf: imports only the standard library, so that each room may import it without depending on another
(`docs/adr/0011-one-reader-of-schedules.md`).
"""

from schedules.expression import Quartz, QuartzError, parse, quartz_problem
from schedules.fires import ScheduleError, last_fire, next_fire, runs_per_month

__all__ = [
    "Quartz",
    "QuartzError",
    "ScheduleError",
    "last_fire",
    "next_fire",
    "parse",
    "quartz_problem",
    "runs_per_month",
]
