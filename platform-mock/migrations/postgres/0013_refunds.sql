-- Money back for tickets, and tills that are counted.
--
-- By which rule an event takes tickets back: until when, UTC microseconds, and what is kept of each ticket's price. No row: it takes none back.
CREATE TABLE refund_rules (
    event BIGINT PRIMARY KEY REFERENCES events,
    until BIGINT NOT NULL,
    fee   BIGINT NOT NULL CHECK (fee >= 0)
);

-- Tickets that were given up for money, and the money's way back. code: keyed hash of the code on the slip. paid_out: when a clerk handed it over.
CREATE TABLE refunds (
    refund   TEXT COLLATE "C" PRIMARY KEY,
    code     BYTEA NOT NULL,
    seller   BIGINT NOT NULL REFERENCES sellers,
    terminal BIGINT NOT NULL REFERENCES terminals,
    amount   BIGINT NOT NULL CHECK (amount > 0),
    tax      BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    paid_out BIGINT,
    clerk    BIGINT REFERENCES accounts,
    CHECK ((paid_out IS NULL) = (clerk IS NULL))
);
CREATE INDEX refunds_by_code ON refunds (code);

-- A ticket brings money once, whatever the code above does.
CREATE TABLE refunded_tickets (
    ticket BIGINT PRIMARY KEY REFERENCES tickets,
    refund TEXT COLLATE "C" NOT NULL REFERENCES refunds,
    place  BIGINT NOT NULL,
    fee    BIGINT NOT NULL
);
CREATE INDEX refunded_tickets_by_refund ON refunded_tickets (refund);

-- When a store's till was counted. What it had to hold, and what was found.
CREATE TABLE till_closings (
    closing  TEXT COLLATE "C" PRIMARY KEY,
    store    BIGINT NOT NULL REFERENCES stores,
    currency TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    clerk    BIGINT NOT NULL REFERENCES accounts,
    expected BIGINT NOT NULL,
    counted  BIGINT NOT NULL CHECK (counted >= 0)
);
CREATE INDEX till_closings_by_store ON till_closings (store, currency, at);

-- The counting a payment or a pay-out was in; none yet where there is none.
ALTER TABLE payments ADD COLUMN closing TEXT COLLATE "C" REFERENCES till_closings;
ALTER TABLE refunds ADD COLUMN closing TEXT COLLATE "C" REFERENCES till_closings;

-- What a seller's receipts have to name, where it has one: in Japan the number of an issuer of qualified invoices, in the EU the VAT number.
ALTER TABLE sellers ADD COLUMN registration TEXT COLLATE "C";
