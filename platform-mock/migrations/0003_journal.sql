-- The sales journal: hash = SHA-256(hash of the row before || row number, 8 bytes little-endian || entry). Rows are never changed.
CREATE TABLE journal (
    row   INTEGER PRIMARY KEY,
    entry TEXT NOT NULL,
    hash  BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_final BEFORE UPDATE ON journal BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;

CREATE TABLE journal_tickets (
    ticket INTEGER NOT NULL,
    row    INTEGER NOT NULL REFERENCES journal,
    PRIMARY KEY (ticket, row)
) STRICT, WITHOUT ROWID;
