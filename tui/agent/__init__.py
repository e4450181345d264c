"""Answers prompts with Anthropic's Messages API: a model's stream in, neutral `Outgoing` values out.

The only importer of `anthropic`. Knows nothing of channels: what it yields is published by others.
"""
