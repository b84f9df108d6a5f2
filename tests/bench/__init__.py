"""Benchmarks: printed, never a pass or fail of the tests."""
