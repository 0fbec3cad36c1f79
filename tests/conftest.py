"""Budgets of the property tests: small by default, large with ``--hypothesis-profile=large``."""

from hypothesis import settings

# No deadline: a busy machine is not a fault of the program.
settings.register_profile("default", deadline=None)
settings.register_profile("large", deadline=None, max_examples=3_000)
settings.load_profile("default")
