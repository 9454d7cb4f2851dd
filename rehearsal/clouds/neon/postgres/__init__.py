"""The databases of a local Neon in a real Postgres: a branch is then something one can connect to.

Databases     follows what each call changed, in the cluster
Cluster       one cluster in a folder, on loopback
"""

from rehearsal.clouds.neon.postgres.binaries import PostgresError, PostgresMissing, find_binaries
from rehearsal.clouds.neon.postgres.cluster import Cluster
from rehearsal.clouds.neon.postgres.databases import Databases
from rehearsal.clouds.neon.postgres.refusals import refuse

__all__ = ["Cluster", "Databases", "PostgresError", "PostgresMissing", "find_binaries", "refuse"]
