"""The rules of demand as values: kinds of lines, and when a series is forecast."""

SALE, RETURN, SERVICE, ADJUSTMENT = "sale", "return", "service", "adjustment"
KINDS = (SALE, RETURN, SERVICE, ADJUSTMENT)

SERIES = ("stock_code", "country")
# Every example has half a year of weeks; a buyer can still order for four weeks ahead.
HISTORY_WEEKS = 26
STEPS = (1, 2, 3, 4)
HISTORY = tuple(f"units_{week}" for week in range(HISTORY_WEEKS))
# The sales of other series in the week of the origin.
TOTALS = ("product_units_0", "family_units_0", "country_units_0")
# The product code's first two characters: products that were introduced together have similar numbers.
FAMILY_CHARACTERS = 2

# A product that a country has not bought for a quarter leaves its range; one that returns starts as a new series. So a
# week depends only on the quarter before it.
DEAD_AFTER_WEEKS = 13
# The age of a series stops at a year.
AGE_WEEKS = 52
# The longest time without a file, as around Christmas.
CLOSED_AT_MOST_DAYS = 21
# A series is forecast once it has a quarter of weeks and sells about once a month.
MIN_AGE_WEEKS = 13
MIN_WEEKS_SOLD = 6

FORECAST = "forecast"
YOUNG = f"younger than {MIN_AGE_WEEKS} weeks"
DEAD = f"no sale for {DEAD_AFTER_WEEKS} weeks"
SELDOM = f"sold in fewer than {MIN_WEEKS_SOLD} of {HISTORY_WEEKS} weeks"
REASONS = (FORECAST, YOUNG, DEAD, SELDOM)
