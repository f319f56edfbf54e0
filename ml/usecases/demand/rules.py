"""The rules of demand as values: what lines are, when a series is forecast, and when it is not."""

SALE, RETURN, SERVICE, ADJUSTMENT = "sale", "return", "service", "adjustment"
KINDS = (SALE, RETURN, SERVICE, ADJUSTMENT)

SERIES = ("stock_code", "country")
# Half a year of weeks is what every example carries; four weeks ahead is what a buyer can still order for.
HISTORY_WEEKS = 26
STEPS = (1, 2, 3, 4)
HISTORY = tuple(f"units_{week}" for week in range(HISTORY_WEEKS))
# What other series sold in the week of the origin.
TOTALS = ("product_units_0", "family_units_0", "country_units_0")
# Its two first characters: products that came into the range together are numbered alike.
FAMILY_CHARACTERS = 2

# A product that a country has not bought for a quarter is taken from its range; one that comes back begins anew. So a
# week follows from the quarter before it alone.
DEAD_AFTER_WEEKS = 13
# A series that is a year old gets no older.
AGE_WEEKS = 52
# The longest time without a file, such as that of the days around Christmas.
CLOSED_AT_MOST_DAYS = 21
# A series is forecast once it has a quarter of weeks, and sells about once a month.
MIN_AGE_WEEKS = 13
MIN_WEEKS_SOLD = 6

FORECAST = "forecast"
YOUNG = f"younger than {MIN_AGE_WEEKS} weeks"
DEAD = f"no sale for {DEAD_AFTER_WEEKS} weeks"
SELDOM = f"sold in fewer than {MIN_WEEKS_SOLD} of {HISTORY_WEEKS} weeks"
REASONS = (FORECAST, YOUNG, DEAD, SELDOM)
