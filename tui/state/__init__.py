"""What has been said on the channel: responses, prompts and what became of them. A pure reducer."""
