"""Who may do what: roles and stages, compiled to grants and permissions. Pure: values in, values out."""
