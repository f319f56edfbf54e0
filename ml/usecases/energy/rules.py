"""The rules of the energy use case as values: how far it looks back and ahead."""

# Hours ahead: the whole of tomorrow is bought today.
HORIZON = 24
# A week of hours, and the day within it.
SEASON, INNER_SEASON = 168, 24
# What each forecast knows of the past, the newest first: a week, and the day before it, by which the newest day is
# compared with the same one a week ago. More would tell little, and each hour is a column.
HISTORY = tuple(f"load_{back}" for back in range(SEASON + INNER_SEASON))
# What is known of the hour that is asked about, and of the same hour a week before.
AHEAD = ("temperature", "warmer", "holiday", "holiday_before", "hour", "weekday")
