"""Records: the tables that the stages keep about their own work, and the queries that several stages share."""

# What is recorded about a model does not affect it.
RETRAINS = False
