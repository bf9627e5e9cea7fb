"""words to search by.

The functions fold text in one way for what is kept and for what is asked; they need no extension and no right but to create
functions. The words of posts are kept by triggers, so that no way of writing a post or the alternative text of a photo forgets
them: a published post's words are those it has now, in the same transaction.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Lower case without accents: "Łódź" and "lodz" are the same word. NFKD takes apart what can be taken apart, the rest is listed.
FOLD = r"""
CREATE FUNCTION search_fold(input text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 20
RETURN translate(
    replace(replace(replace(
        regexp_replace(lower(normalize(input, NFKD)), '[\u0300-\u036f]+', '', 'g'),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'),
    'øłđðı', 'olddi')
"""
# The distinct words of a text. No position is kept: nothing is ranked by it. Nobody types more than 60 letters of a word.
WORDS = """
CREATE FUNCTION search_words(input text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 500
BEGIN ATOMIC
    SELECT array_to_tsvector(coalesce(array_agg(left(word, 60)) FILTER (WHERE word <> ''), '{}'))
    FROM regexp_split_to_table(search_fold(input), '[^[:alnum:]]+') AS word;
END
"""
# All these words, the last one as a beginning. Null when there is no word.
QUERY = """
CREATE FUNCTION search_query(input text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 500
BEGIN ATOMIC
    SELECT (string_agg(left(word, 60), ' & ' ORDER BY place) || ':*')::tsquery
    FROM regexp_split_to_table(search_fold(input), '[^[:alnum:]]+') WITH ORDINALITY AS part (word, place)
    WHERE word <> '';
END
"""

TEXT_WORDS = "search_words(concat_ws(' ', title, text, location))"
POSTS_WRITTEN = f"""
CREATE FUNCTION post_words_of_new_posts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO post_words (post_id, published_at, words) SELECT id, published_at, {TEXT_WORDS} FROM added;
    RETURN NULL;
END $$
"""  # noqa: S608 - constants
POST_CHANGED = """
CREATE FUNCTION post_words_of_changed_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE post_words SET published_at = NEW.published_at
    WHERE post_id = NEW.id AND published_at IS DISTINCT FROM NEW.published_at;
    INSERT INTO post_words (post_id, published_at, words)
    VALUES (NEW.id, NEW.published_at, search_words(concat_ws(' ', NEW.title, NEW.text, NEW.location)))
    ON CONFLICT (post_id, photo_id) DO UPDATE SET words = excluded.words;
    RETURN NULL;
END $$
"""
# Only a photo that is ready is shown to others, so only its words are found.
PHOTOS_ADDED = """
CREATE FUNCTION post_words_of_new_photos() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO post_words (post_id, photo_id, published_at, words)
    SELECT post.id, added.id, post.published_at, search_words(added.alt)
    FROM added JOIN post ON post.id = added.post_id
    WHERE added.state = 'ready' AND added.alt <> '';
    RETURN NULL;
END $$
"""
PHOTO_CHANGED = """
CREATE FUNCTION post_words_of_changed_photo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM post_words WHERE post_id = OLD.post_id AND photo_id = OLD.id;
    IF TG_OP = 'UPDATE' AND NEW.state = 'ready' AND NEW.alt <> '' THEN
        INSERT INTO post_words (post_id, photo_id, published_at, words)
        SELECT id, NEW.id, published_at, search_words(NEW.alt) FROM post WHERE id = NEW.post_id;
    END IF;
    RETURN NULL;
END $$
"""
TRIGGERS = (
    """
    CREATE TRIGGER post_words_added AFTER INSERT ON post REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION post_words_of_new_posts()
    """,
    """
    CREATE TRIGGER post_words_changed AFTER UPDATE OF title, text, location, published_at ON post FOR EACH ROW
    WHEN ((OLD.title, OLD.text, OLD.location, OLD.published_at)
        IS DISTINCT FROM (NEW.title, NEW.text, NEW.location, NEW.published_at))
    EXECUTE FUNCTION post_words_of_changed_post()
    """,
    """
    CREATE TRIGGER post_words_added AFTER INSERT ON photo REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION post_words_of_new_photos()
    """,
    """
    CREATE TRIGGER post_words_changed AFTER UPDATE OF alt, state ON photo FOR EACH ROW
    WHEN ((OLD.alt, OLD.state) IS DISTINCT FROM (NEW.alt, NEW.state)) EXECUTE FUNCTION post_words_of_changed_photo()
    """,
    "CREATE TRIGGER post_words_removed AFTER DELETE ON photo FOR EACH ROW EXECUTE FUNCTION post_words_of_changed_photo()",
)
FUNCTIONS = (FOLD, WORDS, QUERY, POSTS_WRITTEN, POST_CHANGED, PHOTOS_ADDED, PHOTO_CHANGED)
DROPPED = (
    "post_words_of_changed_photo()",
    "post_words_of_new_photos()",
    "post_words_of_changed_post()",
    "post_words_of_new_posts()",
    "search_query(text)",
    "search_words(text)",
    "search_fold(text)",
)


def upgrade() -> None:
    """Take in what is written already, in one go: some 70 µs a post, during which nobody writes one."""
    if op.get_bind().scalar(sa.text("SHOW server_encoding")) != "UTF8":
        raise RuntimeError(
            "The database is not in UTF8, so words cannot be compared without accents. Create it with ENCODING 'UTF8'."
        )
    op.create_table(
        "post_words",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("photo_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_words_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "photo_id", name=op.f("pk_post_words")),
    )
    for function in FUNCTIONS:
        op.execute(function)
    for trigger in TRIGGERS:
        op.execute(trigger)
    op.execute(f"INSERT INTO post_words (post_id, published_at, words) SELECT id, published_at, {TEXT_WORDS} FROM post")  # noqa: S608
    op.execute(
        "INSERT INTO post_words (post_id, photo_id, published_at, words) SELECT post.id, photo.id, published_at, search_words(alt) "
        "FROM photo JOIN post ON post.id = photo.post_id WHERE photo.state = 'ready' AND alt <> ''"
    )
    op.create_index("ix_post_words_words", "post_words", ["words"], postgresql_using="gin")
    op.create_index("ix_post_words_published", "post_words", [sa.text("published_at DESC"), sa.text("post_id DESC")])
    op.create_index("ix_user_words", "user", [sa.text("search_words((name || ' '::text) || handle)")], postgresql_using="gin")
    op.create_index(
        "ix_organization_words",
        "organization",
        [sa.text("search_words((((((name || ' '::text) || slug) || ' '::text) || place) || ' '::text) || about)")],
        postgresql_using="gin",
    )


def downgrade() -> None:
    """Nothing is lost that `upgrade` does not make again."""
    op.drop_index("ix_organization_words", "organization")
    op.drop_index("ix_user_words", "user")
    for table, trigger in (
        ("post", "post_words_added"),
        ("post", "post_words_changed"),
        ("photo", "post_words_added"),
        ("photo", "post_words_changed"),
        ("photo", "post_words_removed"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    op.drop_table("post_words")
    for function in DROPPED:
        op.execute(f"DROP FUNCTION {function}")
