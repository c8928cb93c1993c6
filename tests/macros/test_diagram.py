"""The entities as the README shows them."""

from macro_modules import derived, lines, macros
from projects import entity

diagram = macros("diagram")

BLOG = derived(
    entity("User", "email:email:unique", "mentor:User:null:back=pupils", pk="uuid7"),
    entity("Post", "author:User", "tags:many,Tag"),
    entity("Profile", "user:one,User"),
    entity("Tag", "name:str", api="none"),
    entity("Country", "name:str", plural="countries", api="read-only"),
)


def drawn() -> list[str]:
    return lines(diagram.diagram(tuple(BLOG)))


def test_the_diagram_is_a_block_of_mermaid() -> None:
    assert drawn()[:2] == ["```mermaid", "erDiagram"]
    assert drawn()[-1] == "```"


def test_an_entity_is_one_line() -> None:
    assert "User { uuid7 id PK email email UK User mentor_id FK }" in drawn()
    assert "Profile { int id PK User user_id FK, UK }" in drawn()


def test_a_relation_says_how_many_are_on_each_side() -> None:
    assert 'User ||--o{ Post : "author"' in drawn()
    assert 'User |o--o{ User : "mentor"' in drawn()
    assert 'User ||--o| Profile : "user"' in drawn()
    assert 'Post }o--o{ Tag : "tags"' in drawn()


def test_a_label_is_quoted_whatever_it_says() -> None:
    through = derived(
        entity("User", "name:str", "roles:many,Role:via=UserRole"),
        entity("Role", "name:str"),
        entity("UserRole", "user:User", "role:Role"),
    )

    assert 'User }o--o{ Role : "roles via UserRole"' in diagram.diagram(tuple(through))


def test_the_overview_says_where_an_entity_is_found() -> None:
    rows = lines(diagram.overview(tuple(BLOG)))[2:]

    assert rows[0] == "| User | `users` | `/users` | uuid7 | email, mentor_id |"
    assert "| `/countries` (read only) |" in rows[-1]
    assert "| none |" in next(row for row in rows if "Tag" in row)
