"""SQL as a caller: table names become locations only after the caller's privileges are checked."""
