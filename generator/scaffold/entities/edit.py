"""What a command asks for: the entities as they shall be, and what it knows of the way there."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from scaffold.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.entities.entity import Entity


@dataclass(frozen=True, slots=True)
class Edit:
    """What a command wants the entities to be, and what it knows of the way there.

    `entity_renames` maps old names of entities to new ones; `field_renames` and `fills` have the
    entity's new name first, then old names of fields to new ones, and names of fields to the value
    of the rows that exist, as one types it after `default=`. `accepts_loss` is --accept-data-loss.
    `notes` say what a person may not expect.
    """

    entities: tuple[Entity, ...]
    entity_renames: Mapping[str, str] = field(default_factory=dict)
    field_renames: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fills: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    accepts_loss: bool = False
    notes: tuple[str, ...] = ()
