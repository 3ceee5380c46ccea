"""Reads the configuration, and tells all that is wrong with it at once: file, line, key and what would be right."""

from guardian.configuration.loading import check, find, load, parse

__all__ = ["check", "find", "load", "parse"]
