"""Settings for all tests."""

from hypothesis import settings

# A slow machine fails no test: speed is measured in tests/bench.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
