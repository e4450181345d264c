"""What stands in for the cloud on one machine: the channel server and the demo model.

Imports nothing else of ours, and knows frames and not responses, so that the real SDKs in between stay an
independent check.
"""
