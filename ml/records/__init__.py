"""Records: the tables that the stages keep about their own work, and the queries that several stages share."""
