"""Evidence of what the policies say about the deployed state: complete, reproducible, chained and signed.

A state file becomes verdicts (`state`, `runner`), verdicts become one record (`record`), and everything else, formats and files,
is made from that record. Nothing here reaches the network or needs the passphrase of a stack.
"""
