"""From a recipe to a leaderboard that can be rebuilt."""
