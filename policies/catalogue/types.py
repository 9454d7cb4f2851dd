"""Type tokens of the resources that rules judge."""

from typing import Final

VERCEL_PROJECT: Final = "vercel:index/project:Project"
VERCEL_ROUTE: Final = "vercel:index/projectRoute:ProjectRoute"
VERCEL_RETENTION: Final = "vercel:index/projectDeploymentRetention:ProjectDeploymentRetention"
VERCEL_CUSTOM_ENVIRONMENT: Final = "vercel:index/customEnvironment:CustomEnvironment"
VERCEL_VARIABLE: Final = "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable"
VERCEL_VARIABLES: Final = "vercel:index/projectEnvironmentVariables:ProjectEnvironmentVariables"
VERCEL_SHARED_VARIABLE: Final = "vercel:index/sharedEnvironmentVariable:SharedEnvironmentVariable"

NEON_PROJECT: Final = "neon:index:Project"
NEON_SCHEDULE: Final = "neon:index:BackupSchedule"

GITHUB_ENVIRONMENT: Final = "github:index/repositoryEnvironment:RepositoryEnvironment"
GITHUB_ENVIRONMENT_BRANCH: Final = (
    "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy"
)
GITHUB_VARIABLE: Final = "github:index/actionsVariable:ActionsVariable"
GITHUB_ENVIRONMENT_VARIABLE: Final = "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable"

HEADERS: Final = "brightbroom:hosting:SecurityHeaders"
LOG_SINK: Final = "brightbroom:compliance:LogSink"
BACKUP_EXPORT: Final = "brightbroom:compliance:BackupExport"
