"""Jobs: the task graph, dynamic values, retries, timeouts, and the workers that run the tasks' code."""
