"""Bytes and trees: canonical JSON, digests, strict YAML with places, strict documents."""
