"""Signed statements: in-toto statements in DSSE envelopes, keys, roles, and quorum."""
