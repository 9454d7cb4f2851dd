"""Log drains, alerts and error tracking."""
