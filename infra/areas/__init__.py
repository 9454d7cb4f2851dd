"""From settings to components, one area a file; `infra.stack` calls them in order."""
