"""The jobs, one file each: its tasks in plain sight, and the code that each one runs."""
