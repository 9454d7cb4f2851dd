"""What the rehearsal costs, measured: `python -m benchmarks` writes `benchmarks/results.md`."""
