"""Speed, measured: each module prints one JSON object of named ratios."""
