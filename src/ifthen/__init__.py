"""Frontier AI safety frameworks as code: decide from evidence, explain, and let anyone verify."""

__version__ = "0.1.0"
