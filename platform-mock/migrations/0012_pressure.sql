-- Selling under pressure, and knowing who is silent.
--
-- How many tickets of an event one card, one person or one means of payment may have, whoever sells them. No row: as many as there are.
CREATE TABLE purchase_limits (
    event INTEGER NOT NULL REFERENCES events,
    per   TEXT NOT NULL CHECK (per IN ('card', 'person', 'payment')),
    most  INTEGER NOT NULL CHECK (most BETWEEN 1 AND 255),
    PRIMARY KEY (event, per)
) STRICT, WITHOUT ROWID;

-- Who made an order, as far as a limit asks. who: a card's number, or a keyed hash of what names the person or the means of payment.
CREATE TABLE purchases (
    event    INTEGER NOT NULL REFERENCES events,
    per      TEXT NOT NULL,
    who      TEXT NOT NULL,
    order_id TEXT NOT NULL REFERENCES orders,
    PRIMARY KEY (event, per, who, order_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX purchases_by_order ON purchases (order_id);

-- When each terminal called last, UTC microseconds, to within a minute.
CREATE TABLE terminals_heard (
    terminal INTEGER PRIMARY KEY REFERENCES terminals,
    at       INTEGER NOT NULL
) STRICT;
