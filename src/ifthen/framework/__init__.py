"""What was promised: thresholds, evaluations asked for, safeguards, if-then commitments, gates."""
