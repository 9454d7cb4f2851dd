"""The repository: branches, reviews, checks, workflows and scanning."""
