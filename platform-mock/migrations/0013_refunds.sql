-- Money back for tickets.
--
-- By which rule an event takes tickets back: until when, UTC microseconds, and what is kept of each ticket's price. No row: it takes none back.
CREATE TABLE refund_rules (
    event INTEGER PRIMARY KEY REFERENCES events,
    until INTEGER NOT NULL,
    fee   INTEGER NOT NULL CHECK (fee >= 0)
) STRICT;

-- Tickets that were given up for money, and the money's way back. code: keyed hash of the code on the slip. paid_out: when a clerk handed it over.
CREATE TABLE refunds (
    refund   TEXT PRIMARY KEY,
    code     BLOB NOT NULL,
    seller   INTEGER NOT NULL REFERENCES sellers,
    terminal INTEGER NOT NULL REFERENCES terminals,
    amount   INTEGER NOT NULL CHECK (amount > 0),
    tax      INTEGER NOT NULL,
    currency TEXT NOT NULL,
    at       INTEGER NOT NULL,
    paid_out INTEGER,
    clerk    INTEGER REFERENCES accounts,
    CHECK ((paid_out IS NULL) = (clerk IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX refunds_by_code ON refunds (code);

-- A ticket brings money once, whatever the code above does.
CREATE TABLE refunded_tickets (
    ticket INTEGER PRIMARY KEY REFERENCES tickets,
    refund TEXT NOT NULL REFERENCES refunds,
    place  INTEGER NOT NULL,
    fee    INTEGER NOT NULL
) STRICT;
CREATE INDEX refunded_tickets_by_refund ON refunded_tickets (refund);
