"""Quick tests that clear a model which is not capable, after a fraction of the benchmark."""
