"""Headers beyond the profile: reports, third parties, CORS, caching, overrides and the score."""
