"""The console. Only this package imports Textual and Rich."""
