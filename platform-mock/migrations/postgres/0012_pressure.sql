-- Selling under pressure, and knowing who is silent.
--
-- How many tickets of an event one card, one person or one means of payment may have, whoever sells them. No row: as many as there are.
CREATE TABLE purchase_limits (
    event BIGINT NOT NULL REFERENCES events,
    per   TEXT COLLATE "C" NOT NULL CHECK (per IN ('card', 'person', 'payment')),
    most  BIGINT NOT NULL CHECK (most BETWEEN 1 AND 255),
    PRIMARY KEY (event, per)
);

-- Who made an order, as far as a limit asks. who: a card's number, or a keyed hash of what names the person or the means of payment.
CREATE TABLE purchases (
    event    BIGINT NOT NULL REFERENCES events,
    per      TEXT COLLATE "C" NOT NULL,
    who      TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL REFERENCES orders,
    PRIMARY KEY (event, per, who, order_id)
);
CREATE INDEX purchases_by_order ON purchases (order_id);

-- When each terminal called last, UTC microseconds, to within a minute.
CREATE TABLE terminals_heard (
    terminal BIGINT PRIMARY KEY REFERENCES terminals,
    at       BIGINT NOT NULL
);
