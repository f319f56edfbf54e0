"""What exists already: data sources with the conditions under which a plan goes on. Nothing here is made."""
