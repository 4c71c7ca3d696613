"""bookingbot in small: a bot and its mini app, Postgres with Flyway's history, and a proxy; images by tag."""
