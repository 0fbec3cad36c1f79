"""A transparency log as plain files: what was published stays published, for everybody to check.

Formats are those of C2SP (tlog-tiles, signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof,
tlog-policy; read at commit 5ba5ee8 of July 2026) over the Merkle tree of RFC 6962. Everything here
is a pure function of bytes except ``stores``, ``objects`` and ``sequencer``, which write. What an
entry means is no matter of this package.
"""
