-- Money back for tickets, and tills that are counted.
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

-- When a store's till was counted. What it had to hold, and what was found.
CREATE TABLE till_closings (
    closing  TEXT PRIMARY KEY,
    store    INTEGER NOT NULL REFERENCES stores,
    currency TEXT NOT NULL,
    at       INTEGER NOT NULL,
    clerk    INTEGER NOT NULL REFERENCES accounts,
    expected INTEGER NOT NULL,
    counted  INTEGER NOT NULL CHECK (counted >= 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX till_closings_by_store ON till_closings (store, currency, at);

-- The counting a payment or a pay-out was in; none yet where there is none.
ALTER TABLE payments ADD COLUMN closing TEXT REFERENCES till_closings;
ALTER TABLE refunds ADD COLUMN closing TEXT REFERENCES till_closings;

-- What a seller's receipts have to name, where it has one: in Japan the number of an issuer of qualified invoices, in the EU the VAT number.
ALTER TABLE sellers ADD COLUMN registration TEXT;
