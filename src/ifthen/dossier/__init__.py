"""Statements about a model by named people: what it is, what is declared, assessed, determined."""
