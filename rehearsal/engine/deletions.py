"""The end of a run: what the program no longer declares goes, dependents first.

Follows pulumi/pulumi `pkg/resource/deploy/{step_generator,deployment_executor}.go`.
"""

from __future__ import annotations

from rehearsal.engine.context import Context
from rehearsal.engine.errors import FailureKind, ProtectedError, ProviderError
from rehearsal.engine.state import ResourceState
from rehearsal.engine.steps import Steps


def delete_leftovers(context: Context, steps: Steps) -> None:
    """Delete replaced resources and those the program did not register.

    What a failed deletion still needs stays. A refusal by protection is judged for every resource and stops nothing else;
    a vendor's failure stops the run unless it continues on errors.
    """
    todo = [(resource, op) for resource in context.snapshot.remaining() if (op := _op(context, resource))]
    context.deleting |= {resource.urn for resource, _ in todo}
    needed: set[str] = set()
    for resource, op in reversed(todo):
        if context.cancelled:
            return
        if resource.urn in needed and not resource.delete and not resource.protect:
            needed |= resource.references()
            continue
        try:
            if op == "remove-pending-replace":
                steps.discard(resource, op)
            else:
                steps.delete(resource, op)
        except ProtectedError as error:
            context.fail(FailureKind.INPUT, resource.urn, str(error))
            context.failed = True
            needed |= resource.references()
        except ProviderError as error:
            context.fail(FailureKind.VENDOR, resource.urn, f"deleting {resource.type} {resource.name!r}: {error}")
            context.failed = True
            needed |= resource.references()
            context.cancelled = not context.continue_on_error


def _op(context: Context, resource: ResourceState) -> str:
    if resource.delete:
        return "discard-replaced" if resource.external else "delete-replaced"
    if resource.urn in context.seen or resource.urn in context.aliased:
        return ""
    if resource.pendingReplacement:
        return "remove-pending-replace"
    return "read-discard" if resource.external else "delete"
