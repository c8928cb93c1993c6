<% summary = (message or "change").rstrip(".") %>\
<% is_merge = isinstance(down_revision, tuple) %>\
"""${summary[:1].upper() + summary[1:]}.

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}
"""

% if not is_merge:
import sqlalchemy as sa
from alembic import op
% if imports:
${imports}
% endif

% endif
revision: str = ${repr(up_revision)}
down_revision: str | tuple[str, ...] | None = ${repr(down_revision)}
branch_labels: str | tuple[str, ...] | None = ${repr(branch_labels)}
depends_on: str | tuple[str, ...] | None = ${repr(depends_on)}


def upgrade() -> None:
    """${summary[:1].upper() + summary[1:]}."""
% if not is_merge:
    ${upgrades if upgrades else "pass"}
% endif


def downgrade() -> None:
    """Undo `upgrade`."""
% if not is_merge:
    ${downgrades if downgrades else "pass"}
% endif
