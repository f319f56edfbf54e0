"""Classification: will it happen (binary), and which of several is it (multiclass)."""
