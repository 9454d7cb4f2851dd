"""The console script `brightbroom`: thin commands over rehearsal, audit and operations."""
