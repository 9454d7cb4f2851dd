"""What can go wrong in a simulated cloud.

CloudError            of ours: the local cloud itself cannot do what was asked
  UnknownTypeError    a resource type or function without a reviewed table entry
  StoreError          the file of a cloud is not readable as one
VendorError           the vendor says no, in its own words
"""

from __future__ import annotations


class CloudError(Exception):
    """A local cloud cannot do what was asked."""


class UnknownTypeError(CloudError):
    """A resource type or function that no table entry describes."""

    def __init__(self, package: str, token: str, kind: str = "resource type") -> None:
        super().__init__(
            f"the local {package} cloud has no reviewed entry for the {kind} {token}; "
            f"describe it in rehearsal/clouds/{package}.py"
        )


class StoreError(CloudError):
    """The file that holds a cloud's objects is damaged or of another version."""


class VendorError(Exception):
    """A refusal or fault of a vendor: HTTP status, the vendor's error code, its message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
