"""The command line: one module a command. Heavy imports stand inside functions, so that `--help` is quick."""
