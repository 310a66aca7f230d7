-- Seats that a seller offered back, and that an organizer called in. seats: runs of indices in the plan, `0-5 9-9`. While an offer waits, its seats
-- are claimed in the stock by `return NUMBER`, so that nobody sells or moves them. to_seller: who has them since; nobody where NULL.
CREATE TABLE seat_returns (
    number     INTEGER PRIMARY KEY,
    event      INTEGER NOT NULL REFERENCES events,
    seller     INTEGER NOT NULL REFERENCES sellers,
    seats      TEXT NOT NULL,
    note       TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'accepted', 'declined', 'withdrawn', 'called_in')),
    asked      INTEGER NOT NULL,
    asked_by   INTEGER NOT NULL REFERENCES accounts,
    decided    INTEGER,
    decided_by INTEGER REFERENCES accounts,
    to_seller  INTEGER REFERENCES sellers,
    CHECK ((state = 'waiting') = (decided IS NULL)),
    CHECK ((decided IS NULL) = (decided_by IS NULL))
) STRICT;
CREATE INDEX seat_returns_by_seller ON seat_returns (seller, number);
CREATE INDEX seat_returns_by_event ON seat_returns (event, number);
CREATE TRIGGER seat_returns_are_kept BEFORE DELETE ON seat_returns BEGIN SELECT raise(ABORT, 'returns are kept'); END;
CREATE TRIGGER seat_returns_are_final BEFORE UPDATE ON seat_returns WHEN old.state <> 'waiting'
    BEGIN SELECT raise(ABORT, 'a return is decided once'); END;

-- How a seller's own system wants its stock: JSON.
CREATE TABLE stock_formats (
    seller INTEGER PRIMARY KEY REFERENCES sellers,
    format TEXT NOT NULL
) STRICT;
