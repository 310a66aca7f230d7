-- How many seats of an event a seller is to have.
CREATE TABLE seller_targets (
    event  INTEGER NOT NULL REFERENCES events,
    seller INTEGER NOT NULL REFERENCES sellers,
    target INTEGER NOT NULL CHECK (target >= 0),
    PRIMARY KEY (event, seller)
) STRICT, WITHOUT ROWID;

-- Every time seats changed hands. from_seller, to_seller: nobody where NULL. seats: runs of indices in the plan, `0-5 9-9`.
-- account: who did it; NULL for the command line.
CREATE TABLE allocation_moves (
    move        INTEGER PRIMARY KEY,
    event       INTEGER NOT NULL REFERENCES events,
    at          INTEGER NOT NULL,
    account     INTEGER REFERENCES accounts,
    from_seller INTEGER REFERENCES sellers,
    to_seller   INTEGER REFERENCES sellers,
    seats       TEXT NOT NULL
) STRICT;
CREATE INDEX allocation_moves_by_event ON allocation_moves (event, move);
CREATE TRIGGER allocation_moves_are_kept BEFORE DELETE ON allocation_moves BEGIN SELECT raise(ABORT, 'moves are append-only'); END;
CREATE TRIGGER allocation_moves_are_final BEFORE UPDATE ON allocation_moves BEGIN SELECT raise(ABORT, 'moves are append-only'); END;
