"""The drill: a walk through every room, and a fall that is none, with a report of what the box saw of both."""
