"""A review as people read it: Markdown, with links to the lines that are to be changed."""
