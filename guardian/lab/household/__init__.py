"""Months of ordinary life of somebody who lives alone, with emergencies in them, to measure what is told of both."""
