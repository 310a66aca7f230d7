-- Nodes that write to this database, each with a chain of the journal of its own. batch: the last one of its batches that changed something.
-- A database file has one node at a time, and they all go on with chain 1.
CREATE TABLE nodes (
    node  INTEGER PRIMARY KEY,
    begun INTEGER NOT NULL,
    batch INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO nodes (node, begun) VALUES (1, 0);

-- row counts over all chains, link within the node's. hash = SHA-256(hash of the link before || link, 8 bytes little-endian || entry).
DROP TRIGGER journal_is_final;
ALTER TABLE journal ADD COLUMN node INTEGER NOT NULL DEFAULT 1;
ALTER TABLE journal ADD COLUMN link INTEGER NOT NULL DEFAULT 0;
UPDATE journal SET link = row;
CREATE UNIQUE INDEX journal_links ON journal (node, link);
CREATE TRIGGER journal_is_final BEFORE UPDATE ON journal BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;

-- What the chains had come to when row `row` was the last. heads: JSON list of the chains that grew since the anchor before, each with node,
-- link and hash. hash = SHA-256(hash of the anchor before || anchor, row and at, 8 bytes little-endian each || heads).
CREATE TABLE anchors (
    anchor INTEGER PRIMARY KEY,
    row    INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    heads  TEXT NOT NULL,
    hash   BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TRIGGER anchors_are_kept BEFORE DELETE ON anchors BEGIN SELECT raise(ABORT, 'anchors stay'); END;
CREATE TRIGGER anchors_are_final BEFORE UPDATE ON anchors BEGIN SELECT raise(ABORT, 'anchors stay'); END;
