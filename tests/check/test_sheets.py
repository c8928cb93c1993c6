"""The snippets of five cheat sheets, each at its line in its sheet: what is wrong there is found."""

import shutil
from pathlib import Path

import pytest

from scaffold.check.run import check

SHEETS = Path(__file__).parent / "sheets"
# By sheet: line, rule, and the snippet's words.
EXPECTED = {
    "async_api": {
        (15, "SCA001"): "engine: AsyncEngine = create_async_engine(",
        (35, "SCA015"): "name: Mapped[str]",
        (36, "SCA015"): "email: Mapped[str | None]",
        (113, "SCA017"): "return result.rowcount",
        (135, "SCA024"): "if existing_user:",
        (223, "SCA014"): "datetime.now() - timedelta",
        (326, "SCA015"): "title: Mapped[str]",
        (330, "SCA009"): 'relationship(back_populates="posts")',
        (375, "SCA017"): "{result.rowcount} rows",
        (539, "SCA025"): "except IntegrityError as e:",
    },
    "async_cheat_sheet": {
        (33, "SCA001"): "engine = create_async_engine(",
        (42, "SCA026"): "check_same_thread",
    },
    "async_patterns": {
        (16, "SCA001"): "engine = create_async_engine(",
        (48, "SCA018"): "await session.commit()",
        (61, "SCA023"): "from_account.balance -= amount",
        (62, "SCA023"): "to_account.balance += amount",
        (82, "SCA020"): "await session.commit()",
        (130, "SCA011"): "Depends(get_db)",
        (138, "SCA018"): "await session.commit()",
        (154, "SCA013"): "insert(User).values(users_data)",
        (186, "SCA007"): "select(User).offset(offset).limit(batch_size)",
        (271, "SCA002"): "AsyncSession(async_engine)",
        (274, "SCA020"): "await session.rollback()",
    },
    "async_sqlalchemy": {
        (9, "SCA001"): "engine = create_async_engine(",
        (40, "SCA014"): "mapped_column(DateTime, server_default=func.now())",
        (43, "SCA022"): 'lazy="selectin"',
        (50, "SCA015"): "content: Mapped[str]",
        (53, "SCA009"): 'relationship(back_populates="posts")',
        (66, "SCA018"): "await session.commit()",
        (72, "SCA011"): "Depends(get_db)",
        (94, "SCA007"): "select(User).offset(skip).limit(limit)",
        (127, "SCA021"): "Base.metadata.create_all",
    },
    "clean_architecture": {
        (7, "SCA001"): "engine = create_async_engine(",
        (43, "SCA019"): "await self.session.commit()",
    },
}


@pytest.mark.parametrize("sheet", EXPECTED)
def test_bad_snippets_are_found_with_their_lines(sheet: str, tmp_path: Path) -> None:
    file = Path(shutil.copy(SHEETS / f"{sheet}.py", tmp_path))
    (tmp_path / "pyproject.toml").touch()
    lines = file.read_text(encoding="utf-8").splitlines()

    found = [(each.line, each.code) for each in check([file]).findings]

    assert found == list(EXPECTED[sheet])
    for (line, _), words in EXPECTED[sheet].items():
        assert words in lines[line - 1]


def test_no_sheet_is_left_out() -> None:
    assert {path.stem for path in SHEETS.glob("*.py")} == set(EXPECTED)
