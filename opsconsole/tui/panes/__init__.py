"""One module a live pane."""
