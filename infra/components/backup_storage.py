"""Separate storage for the weekly copies: a bucket at another vendor than the database's, and a role that may only add.

The role is assumed by GitHub's OIDC token of one environment of one repository; no key of AWS is ever written down. It may put
objects and not delete them, and the lock keeps every version for its days whoever asks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi import ResourceOptions
from pulumi_aws import iam, s3

_ISSUER: Final = "token.actions.githubusercontent.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupStorageArgs:
    """Owner and repository go into the trust by their ids: names can be taken over by others, ids cannot."""

    bucket: str
    region: str
    lock_days: int
    expire_days: int
    role: str
    owner: str
    owner_id: int
    repository: str
    repository_id: int
    environment: str
    protect: bool


class BackupStorage(pulumi.ComponentResource):
    """Bucket and role."""

    bucket: pulumi.Output[str]
    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: BackupStorageArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("brightbroom:backup:BackupStorage", name, {"bucket": args.bucket, "region": args.region}, opts)
        bucket = self._declare_bucket(name, args)
        self.bucket = bucket.id
        self.role_arn = self._declare_role(name, args, bucket)
        self.register_outputs({"bucket": self.bucket, "role_arn": self.role_arn})

    def _declare_bucket(self, name: str, args: BackupStorageArgs) -> s3.Bucket:
        child = ResourceOptions(parent=self)
        bucket = s3.Bucket(
            f"{name}-bucket",
            bucket=args.bucket,
            object_lock_enabled=True,
            force_destroy=False,
            opts=ResourceOptions(parent=self, protect=args.protect),
        )
        s3.BucketOwnershipControls(
            f"{name}-ownership", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}, opts=child
        )
        s3.BucketPublicAccessBlock(
            f"{name}-private",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.id,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
            opts=child,
        )
        versioning = s3.BucketVersioning(
            f"{name}-versions", bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=child
        )
        s3.BucketObjectLockConfiguration(
            f"{name}-lock",
            bucket=bucket.id,
            rule={"default_retention": {"mode": "COMPLIANCE", "days": args.lock_days}},
            opts=ResourceOptions(parent=self, depends_on=[versioning]),
        )
        s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.id,
            rules=[
                {
                    "id": "expire",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "expiration": {"days": args.expire_days},
                    "noncurrent_version_expiration": {"noncurrent_days": 1},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": 1},
                }
            ],
            opts=ResourceOptions(parent=self, depends_on=[versioning]),
        )
        s3.BucketPolicy(f"{name}-tls", bucket=bucket.id, policy=bucket.arn.apply(tls_only_policy), opts=child)
        return bucket

    def _declare_role(self, name: str, args: BackupStorageArgs, bucket: s3.Bucket) -> pulumi.Output[str]:
        child = ResourceOptions(parent=self)
        issuer = iam.OpenIdConnectProvider(
            f"{name}-github", url=f"https://{_ISSUER}", client_id_lists=["sts.amazonaws.com"], opts=child
        )
        role = iam.Role(
            f"{name}-writer",
            name=args.role,
            description="Writes database backups from GitHub Actions",
            max_session_duration=3600,
            assume_role_policy=issuer.arn.apply(lambda arn: trust_policy(arn, args)),
            opts=child,
        )
        iam.RolePolicy(f"{name}-writer-policy", role=role.id, policy=bucket.arn.apply(write_only_policy), opts=child)
        return role.arn


def trust_policy(issuer_arn: str, args: BackupStorageArgs) -> str:
    """Who may assume the role: jobs of the one environment. The subject has the immutable form that GitHub gives repositories
    made after 15 July 2026 (docs.github.com: OpenID Connect)."""
    subject = f"repo:{args.owner}@{args.owner_id}/{args.repository}@{args.repository_id}:environment:{args.environment}"
    claims = {f"{_ISSUER}:aud": "sts.amazonaws.com", f"{_ISSUER}:sub": subject}
    return _document(
        {
            "Effect": "Allow",
            "Principal": {"Federated": issuer_arn},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": claims},
        }
    )


def write_only_policy(bucket_arn: str) -> str:
    """Put objects, and nothing that removes or weakens them."""
    return _document({"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": f"{bucket_arn}/*"})


def tls_only_policy(bucket_arn: str) -> str:
    """Refuse every request that is not over TLS."""
    return _document(
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket_arn, f"{bucket_arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)
