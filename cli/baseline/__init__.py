"""A first answer to a use case's question: plain learners on its own rows, a leaderboard, and a notebook to extend."""
