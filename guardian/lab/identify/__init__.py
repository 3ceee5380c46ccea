"""How well people are told apart in simulated homes, and the tables by which they are."""
