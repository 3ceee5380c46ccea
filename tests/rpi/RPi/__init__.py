"""Stands in for the RPi package in a process of its own: a Guardian that believes it has a header."""
