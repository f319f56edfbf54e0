"""The rules of the energy use case as values: the lengths of past and horizon."""

# Hours ahead: energy for the whole of tomorrow is bought today.
HORIZON = 24
# A week of hours, and the day within it.
SEASON, INNER_SEASON = 168, 24
# The past of each forecast, newest first: a week, and the day before it for comparing the newest day with the same day
# a week ago. More would add little, and each hour is a column.
HISTORY = tuple(f"load_{back}" for back in range(SEASON + INNER_SEASON))
# Values known ahead for the target hour, and for the same hour a week before.
AHEAD = ("temperature", "warmer", "holiday", "holiday_before", "hour", "weekday")
