"""Benchmarks: run by hand, not collected by the test run."""
