"""What stands in a pane, one section for each block of a response."""
