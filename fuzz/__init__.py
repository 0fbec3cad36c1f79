"""Fuzzing of the readers with atheris; see README.md."""
