"""A network that judges falls from the last seconds of a skeleton: its windows, its training, and how it compares."""
