"""SQL over the lake as a caller: names become locations only after their privileges were checked."""
