"""What every object of a stack file has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Area(BaseModel):
    """One object of the stack file: camelCase keys, none unknown, none changed after reading."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        coerce_numbers_to_str=True,  # `pulumi config set --path` writes digits as a number
    )
