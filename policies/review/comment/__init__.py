"""A review as Markdown for people, with links to the lines to change."""
