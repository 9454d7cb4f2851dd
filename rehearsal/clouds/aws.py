"""The AWS types of the separate backup storage. Source: the Terraform provider hashicorp/aws 6 and the AWS API reference.

Names and types follow pulumi-aws 7.51 (a test compares them). Policies are JSON texts or the documents they stand for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rehearsal.clouds.checks import at_most_one
from rehearsal.clouds.errors import VendorError
from rehearsal.clouds.table import (
    Attempt,
    Catalogue,
    Facts,
    Failure,
    Make,
    Property,
    Reference,
    ResourceType,
    Validate,
    View,
    block,
    by_token,
    derived,
    flag,
    items,
    json_value,
    names,
    number,
    once,
    text,
    texts_by_key,
)
from rehearsal.engine.values import UNKNOWN, Properties, Value

_BUCKET: Final = "aws:s3/bucket:Bucket"
_VERSIONING: Final = "aws:s3/bucketVersioning:BucketVersioning"
_ROLE: Final = "aws:iam/role:Role"
_POLICY: Final = "aws:iam/policy:Policy"

_ACCOUNT_ID: Final = "123456789012"  # the account number of AWS's own examples
_REGION_DEFAULT: Final = "eu-central-1"

BUCKET_NAME: Final = text(required=True, replaces=True)
_IN_BUCKET: Final = Reference("bucket", _BUCKET, "bucket")
_TAGS: Final = texts_by_key()


def _region(facts: Facts) -> Value:
    return facts.account.get("region") or _REGION_DEFAULT


REGION: Final = text(replaces=True, chosen=_region)


def _bucket_id(facts: Facts) -> Value:
    return facts.inputs["bucket"]


def _iam_arn(kind: str) -> Make:
    return lambda facts: f"arn:aws:iam::{_ACCOUNT_ID}:{kind}{facts.inputs.get('path') or '/'}{facts.inputs['name']}"


def _all_tags(facts: Facts) -> Value:
    defaults = (facts.account.get("defaultTags") or {}).get("tags") or {}
    return {**defaults, **(facts.inputs.get("tags") or {})}


# ---- buckets --------------------------------------------------------------------------------------------------------


def _check_bucket(inputs: Properties) -> Iterator[Failure]:
    name = str(inputs.get("bucket"))
    if name.startswith("xn--") or ".." in name or name.endswith("-s3alias"):
        yield Failure("bucket", f"is {name!r}; a bucket name has no '..', prefix 'xn--' or suffix '-s3alias'")


BUCKET: Final = ResourceType(
    resource=_BUCKET,
    make_id=_bucket_id,
    unique=(("bucket",),),
    inputs={
        "accelerationStatus": text("Enabled", "Suspended"),
        "acl": text(),
        "bucket": text(pattern=r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", autoname=True, replaces=True),
        "bucketNamespace": text(chosen=lambda _: "global", replaces=True),
        "bucketPrefix": text(replaces=True),
        "corsRules": json_value(),
        "forceDestroy": flag(default=False),
        "grants": json_value(),
        "lifecycleRules": json_value(),
        "logging": json_value(),
        "objectLockConfiguration": json_value(),
        "objectLockEnabled": flag(replaces=True, chosen=lambda _: False),
        "policy": json_value(),
        "region": REGION,
        "replicationConfiguration": json_value(),
        "requestPayer": text("BucketOwner", "Requester", chosen=lambda _: "BucketOwner"),
        "serverSideEncryptionConfiguration": json_value(),
        "tags": _TAGS,
        "versioning": json_value(),
        "website": json_value(),
    },
    outputs={
        "arn": once(lambda facts: f"arn:aws:s3:::{facts.inputs['bucket']}"),
        "bucketDomainName": once(lambda facts: f"{facts.inputs['bucket']}.s3.amazonaws.com"),
        "bucketRegion": once(_region),
        "bucketRegionalDomainName": once(lambda facts: f"{facts.inputs['bucket']}.s3.{_region(facts)}.amazonaws.com"),
        "hostedZoneId": once(lambda _: "Z21DNDUVLTQW6Q"),
        "tagsAll": derived(_all_tags),
        "websiteDomain": once(lambda _: ""),
        "websiteEndpoint": once(lambda _: ""),
    },
    validate=(_check_bucket, at_most_one("bucket", "bucketPrefix")),
)

BUCKET_VERSIONING: Final = ResourceType(
    resource=_VERSIONING,
    make_id=_bucket_id,
    inputs={
        "bucket": BUCKET_NAME,
        "expectedBucketOwner": text(replaces=True),
        "mfa": text(),
        "region": REGION,
        "versioningConfiguration": block(
            {
                "status": text("Enabled", "Suspended", "Disabled", required=True),
                "mfaDelete": text("Enabled", "Disabled"),
            },
            required=True,
        ),
    },
    references=(_IN_BUCKET,),
)

BUCKET_ENCRYPTION: Final = ResourceType(
    resource="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    make_id=_bucket_id,
    inputs={
        "bucket": BUCKET_NAME,
        "expectedBucketOwner": text(replaces=True),
        "region": REGION,
        "rules": items(
            block(
                {
                    "applyServerSideEncryptionByDefault": block(
                        {
                            "sseAlgorithm": text("AES256", "aws:kms", "aws:kms:dsse", required=True),
                            "kmsMasterKeyId": text(),
                        }
                    ),
                    "blockedEncryptionTypes": names(),
                    "bucketKeyEnabled": flag(),
                }
            ),
            required=True,
            count=(1, None),
        ),
    },
    references=(_IN_BUCKET,),
)


def _check_retention(inputs: Properties) -> Iterator[Failure]:
    rule = inputs.get("rule")
    if isinstance(rule, dict):
        retention = rule["defaultRetention"]
        if (retention.get("days") is None) == (retention.get("years") is None):
            yield Failure("rule.defaultRetention", "exactly one of days and years must be given")


def _refuse_lock(attempt: Attempt) -> None:
    if attempt.operation == "delete":
        return
    bucket = attempt.inputs["bucket"]
    versions = attempt.view.find(_VERSIONING, {"bucket": bucket})
    locked = [found.plain().get("objectLockEnabled") for found in attempt.view.find(_BUCKET, {"bucket": bucket})]
    enabled = [found.plain()["versioningConfiguration"]["status"] == "Enabled" for found in versions]
    if not any(locked) and not any(enabled):
        raise VendorError(
            409, "InvalidBucketState", "Object Lock configuration cannot be enabled on a bucket without versioning."
        )


BUCKET_OBJECT_LOCK: Final = ResourceType(
    resource="aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    make_id=_bucket_id,
    inputs={
        "bucket": BUCKET_NAME,
        "expectedBucketOwner": text(replaces=True),
        "objectLockEnabled": text("Enabled", default="Enabled", replaces=True),
        "region": REGION,
        "rule": block(
            {
                "defaultRetention": block(
                    {"days": number(1, 36500), "mode": text("GOVERNANCE", "COMPLIANCE"), "years": number(1, 100)},
                    required=True,
                )
            }
        ),
        "token": text(secret=True, write_only=True),
    },
    references=(_IN_BUCKET,),
    validate=(_check_retention,),
    refuse=(_refuse_lock,),
)

_STORAGE_CLASS: Final = text(
    "GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR", required=True
)


def _check_lifecycle(inputs: Properties) -> Iterator[Failure]:
    rules = inputs.get("rules")
    identities = [rule["id"] for rule in rules] if isinstance(rules, list) else []
    if len(set(identities)) != len(identities):
        yield Failure("rules", f"each rule id is given once; given are {identities}")
    actions = ("expiration", "transitions", "noncurrentVersionExpiration", "noncurrentVersionTransitions")
    for index, rule in enumerate(rules if isinstance(rules, list) else []):
        if not any(rule.get(name) for name in (*actions, "abortIncompleteMultipartUpload")):
            yield Failure(f"rules[{index}]", "at least one action needs to be specified in a rule")


BUCKET_LIFECYCLE: Final = ResourceType(
    resource="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    make_id=_bucket_id,
    inputs={
        "bucket": BUCKET_NAME,
        "expectedBucketOwner": text(replaces=True),
        "region": REGION,
        "rules": items(
            block(
                {
                    "id": text(required=True, length=(1, 255)),
                    "status": text("Enabled", "Disabled", required=True),
                    "abortIncompleteMultipartUpload": block({"daysAfterInitiation": number(1)}),
                    "expiration": block({"date": text(), "days": number(1), "expiredObjectDeleteMarker": flag()}),
                    "filter": json_value(),
                    "noncurrentVersionExpiration": block(
                        {"noncurrentDays": number(1, required=True), "newerNoncurrentVersions": number(1, 100)}
                    ),
                    "noncurrentVersionTransitions": items(
                        block(
                            {
                                "noncurrentDays": number(0, required=True),
                                "newerNoncurrentVersions": number(1, 100),
                                "storageClass": _STORAGE_CLASS,
                            }
                        )
                    ),
                    "prefix": text(),
                    "transitions": items(block({"date": text(), "days": number(0), "storageClass": _STORAGE_CLASS})),
                }
            ),
            count=(1, 1000),
        ),
        "timeouts": json_value(),
        "transitionDefaultMinimumObjectSize": text(
            "all_storage_classes_128K", "varies_by_storage_class", chosen=lambda _: "all_storage_classes_128K"
        ),
    },
    references=(_IN_BUCKET,),
    validate=(_check_lifecycle,),
)

BUCKET_PUBLIC_ACCESS_BLOCK: Final = ResourceType(
    resource="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    make_id=_bucket_id,
    inputs={
        "blockPublicAcls": flag(default=False),
        "blockPublicPolicy": flag(default=False),
        "bucket": BUCKET_NAME,
        "ignorePublicAcls": flag(default=False),
        "region": REGION,
        "restrictPublicBuckets": flag(default=False),
        "skipDestroy": flag(),
    },
    references=(_IN_BUCKET,),
)


def document(policy: Value) -> Mapping[str, Any] | None:
    """A policy as its document; None when it is no policy."""
    try:
        parsed = json.loads(policy) if isinstance(policy, str) else policy
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) and "Statement" in parsed else None


def _check_policy(name: str) -> Validate:
    def judge(inputs: Properties) -> Iterator[Failure]:
        if inputs.get(name) not in (None, UNKNOWN) and document(inputs[name]) is None:
            yield Failure(name, "is not a policy: a JSON document with a Statement")

    return judge


def _refuse_public_policy(attempt: Attempt) -> None:
    """A bucket that blocks public policies refuses one that anybody may use."""
    if attempt.operation == "delete":
        return
    blocks = attempt.view.find(BUCKET_PUBLIC_ACCESS_BLOCK.resource, {"bucket": attempt.inputs["bucket"]})
    if not any(found.plain().get("blockPublicPolicy") for found in blocks):
        return
    statements = (document(attempt.inputs["policy"]) or {}).get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        anybody = statement.get("Principal") in ("*", {"AWS": "*"})
        if statement.get("Effect") == "Allow" and anybody and not statement.get("Condition"):
            raise VendorError(403, "AccessDenied", "public policies are prevented by the BlockPublicPolicy setting")


BUCKET_POLICY: Final = ResourceType(
    resource="aws:s3/bucketPolicy:BucketPolicy",
    make_id=_bucket_id,
    inputs={"bucket": BUCKET_NAME, "policy": json_value(required=True), "region": REGION},
    references=(_IN_BUCKET,),
    validate=(_check_policy("policy"),),
    refuse=(_refuse_public_policy,),
)

BUCKET_OWNERSHIP_CONTROLS: Final = ResourceType(
    resource="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    make_id=_bucket_id,
    inputs={
        "bucket": BUCKET_NAME,
        "region": REGION,
        "rule": block(
            {"objectOwnership": text("BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced", required=True)},
            required=True,
        ),
    },
    references=(_IN_BUCKET,),
)

# ---- identities -------------------------------------------------------------------------------------------------------


def _oidc_arn(facts: Facts) -> str:
    host = str(facts.inputs["url"]).removeprefix("https://")
    return f"arn:aws:iam::{_ACCOUNT_ID}:oidc-provider/{host}"


OPEN_ID_CONNECT_PROVIDER: Final = ResourceType(
    resource="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    make_id=_oidc_arn,
    unique=(("url",),),
    inputs={
        "clientIdLists": names(required=True, count=(1, 100)),
        "tags": _TAGS,
        "thumbprintLists": items(text(pattern=r"[0-9a-fA-F]{40}"), chosen=lambda facts: [facts.digest[:40]]),
        "url": text(required=True, replaces=True, pattern=r"https://\S+"),
    },
    outputs={"arn": once(_oidc_arn), "tagsAll": derived(_all_tags)},
)

_NAME: Final = text(pattern=r"[\w+=,.@-]{1,128}", autoname=True, replaces=True)

ROLE: Final = ResourceType(
    resource=_ROLE,
    make_id=lambda facts: facts.inputs["name"],
    unique=(("name",),),
    inputs={
        "assumeRolePolicy": json_value(required=True),
        "description": text(length=(None, 1000)),
        "forceDetachPolicies": flag(default=False),
        "inlinePolicies": json_value(),
        "managedPolicyArns": names(),
        "maxSessionDuration": number(3600, 43200, default=3600),
        "name": text(pattern=r"[\w+=,.@-]{1,64}", autoname=True, replaces=True),
        "namePrefix": text(replaces=True),
        "path": text(default="/", replaces=True),
        "permissionsBoundary": text(),
        "tags": _TAGS,
    },
    outputs={
        "arn": once(_iam_arn("role")),
        "createDate": once(lambda facts: facts.now),
        "tagsAll": derived(_all_tags),
        "uniqueId": once(lambda facts: f"AROA{facts.digest[:17].upper()}"),
    },
    validate=(_check_policy("assumeRolePolicy"),),
)

ROLE_POLICY: Final = ResourceType(
    resource="aws:iam/rolePolicy:RolePolicy",
    make_id=lambda facts: f"{facts.inputs['role']}:{facts.inputs['name']}",
    inputs={
        "name": _NAME,
        "namePrefix": text(replaces=True),
        "policy": json_value(required=True),
        "role": text(required=True, replaces=True),
    },
    references=(Reference("role", _ROLE),),
    validate=(_check_policy("policy"),),
)


def _refuse_attached(attempt: Attempt) -> None:
    if attempt.operation == "delete" and attempt.view.find(ROLE_POLICY_ATTACHMENT.resource, {"policyArn": attempt.id}):
        raise VendorError(409, "DeleteConflict", "Cannot delete a policy attached to entities.")


POLICY: Final = ResourceType(
    resource=_POLICY,
    make_id=_iam_arn("policy"),
    unique=(("name",),),
    inputs={
        "delayAfterPolicyCreationInMs": number(0),
        "description": text(length=(None, 1000), replaces=True),
        "name": _NAME,
        "namePrefix": text(replaces=True),
        "path": text(default="/", replaces=True),
        "policy": json_value(required=True),
        "tags": _TAGS,
    },
    outputs={
        "arn": once(_iam_arn("policy")),
        "attachmentCount": once(lambda _: 0),
        "policyId": once(lambda facts: f"ANPA{facts.digest[:17].upper()}"),
        "tagsAll": derived(_all_tags),
    },
    validate=(_check_policy("policy"),),
    refuse=(_refuse_attached,),
)

ROLE_POLICY_ATTACHMENT: Final = ResourceType(
    resource="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    make_id=lambda facts: f"{facts.inputs['role']}/{facts.inputs['policyArn']}",
    lookups=(("policyArn",),),
    inputs={
        "policyArn": text(required=True, replaces=True, pattern=r"arn:aws[\w-]*:iam::.+"),
        "role": text(required=True, replaces=True),
    },
    references=(Reference("role", _ROLE),),
)

# ---- functions ------------------------------------------------------------------------------------------------------------


def _get_caller_identity(_: Properties, __: View, ___: Properties) -> Properties:
    return {
        "id": _ACCOUNT_ID,
        "accountId": _ACCOUNT_ID,
        "arn": f"arn:aws:iam::{_ACCOUNT_ID}:user/rehearsal",
        "userId": "AIDAREHEARSALREHEARSA",
    }


def _get_policy_document(arguments: Properties, _: View, __: Properties) -> Properties:
    statements = [_statement(given) for given in arguments.get("statements") or []]
    policy: Properties = {"Version": arguments.get("version") or "2012-10-17"}
    if arguments.get("policyId"):
        policy["Id"] = arguments["policyId"]
    policy["Statement"] = statements
    return {
        **arguments,
        "id": str(sum(json.dumps(policy).encode())),
        "version": policy["Version"],
        "json": json.dumps(policy, indent=2),
        "minifiedJson": json.dumps(policy, separators=(",", ":")),
    }


def _statement(given: Mapping[str, Any]) -> Properties:
    statement: Properties = {}
    if given.get("sid"):
        statement["Sid"] = given["sid"]
    statement["Effect"] = given.get("effect") or "Allow"
    for source, name in (
        ("actions", "Action"),
        ("notActions", "NotAction"),
        ("resources", "Resource"),
        ("notResources", "NotResource"),
    ):
        if given.get(source):
            statement[name] = _one_or_many(given[source])
    for source, name in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if given.get(source):
            anybody = any(who["type"] == "*" for who in given[source])
            statement[name] = (
                "*" if anybody else {who["type"]: _one_or_many(who["identifiers"]) for who in given[source]}
            )
    for condition in given.get("conditions") or []:
        tests = statement.setdefault("Condition", {}).setdefault(condition["test"], {})
        tests[condition["variable"]] = _one_or_many(condition["values"])
    return statement


def _one_or_many(values: list[str]) -> Value:
    return values[0] if len(values) == 1 else sorted(values, reverse=True)


# ---- catalogue ------------------------------------------------------------------------------------------------------------


def _check_credentials(inputs: Properties) -> Iterator[Failure]:
    if (inputs.get("accessKey") is None) != (inputs.get("secretKey") is None):
        yield Failure(
            "accessKey", "accessKey and secretKey are given together; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )


_TEXT_SETTINGS: Final = (
    "customCaBundle",
    "ec2MetadataServiceEndpoint",
    "ec2MetadataServiceEndpointMode",
    "httpProxy",
    "httpsProxy",
    "noProxy",
    "profile",
    "region",
    "retryMode",
    "s3UsEast1RegionalEndpoint",
    "stsRegion",
    "tagPolicyCompliance",
)
_SWITCHES: Final = (
    "insecure",
    "s3UsePathStyle",
    "skipCredentialsValidation",
    "skipMetadataApiCheck",
    "skipRegionValidation",
    "skipRequestingAccountId",
    "useDualstackEndpoint",
    "useFipsEndpoint",
)
_LISTS: Final = (
    "allowedAccountIds",
    "assumeRoles",
    "endpoints",
    "forbiddenAccountIds",
    "sharedConfigFiles",
    "sharedCredentialsFiles",
    "userAgents",
)

CONFIG: Final[dict[str, Property]] = {
    **{name: text() for name in _TEXT_SETTINGS},
    **{name: flag() for name in _SWITCHES},
    **{name: json_value() for name in (*_LISTS, "assumeRoleWithWebIdentity", "defaultTags", "ignoreTags")},
    **{name: number(0) for name in ("maxRetries", "tokenBucketRateLimiterCapacity")},
    **{name: text(secret=True) for name in ("accessKey", "secretKey", "token")},
}

CATALOGUE: Final = Catalogue(
    package="aws",
    config=CONFIG,
    validate_config=(_check_credentials,),
    conflict=(409, "EntityAlreadyExists"),
    not_found=(404, "NoSuchEntity"),
    functions={
        "aws:iam/getPolicyDocument:getPolicyDocument": _get_policy_document,
        "aws:index/getCallerIdentity:getCallerIdentity": _get_caller_identity,
    },
    types=by_token(
        BUCKET,
        BUCKET_VERSIONING,
        BUCKET_ENCRYPTION,
        BUCKET_OBJECT_LOCK,
        BUCKET_LIFECYCLE,
        BUCKET_PUBLIC_ACCESS_BLOCK,
        BUCKET_POLICY,
        BUCKET_OWNERSHIP_CONTROLS,
        OPEN_ID_CONNECT_PROVIDER,
        ROLE,
        ROLE_POLICY,
        POLICY,
        ROLE_POLICY_ATTACHMENT,
    ),
)
