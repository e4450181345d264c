"""The connection to an Ably channel, on a thread and event loop of its own. The only importer of `ably`."""
