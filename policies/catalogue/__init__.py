"""The rules, one file per subject: pure functions over read-only views of resources. Nothing here knows Pulumi or infra."""
