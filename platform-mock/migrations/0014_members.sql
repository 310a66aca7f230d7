-- A seller's members, who may buy on account with it. number: what the seller knows the person by; no names are kept.
-- credit_limit: how much a member may owe, minor units. A card is one member's of a seller at most, and may be other sellers' members' as well.
CREATE TABLE members (
    member       INTEGER PRIMARY KEY,
    seller       INTEGER NOT NULL REFERENCES sellers,
    number       TEXT NOT NULL,
    card         TEXT NOT NULL,
    currency     TEXT NOT NULL,
    credit_limit INTEGER NOT NULL CHECK (credit_limit >= 0),
    state        TEXT NOT NULL CHECK (state IN ('active', 'suspended')),
    registered   INTEGER NOT NULL,
    UNIQUE (seller, number),
    UNIQUE (seller, card)
) STRICT;

-- What moved on an account; what a member owes is the sum. amount: above zero the member owes more by it. account: who booked a settlement.
CREATE TABLE postings (
    posting  INTEGER PRIMARY KEY,
    member   INTEGER NOT NULL REFERENCES members,
    kind     TEXT NOT NULL CHECK (kind IN ('charge', 'refund', 'settlement')),
    amount   INTEGER NOT NULL,
    order_id TEXT REFERENCES orders,
    refund   TEXT REFERENCES refunds,
    account  INTEGER REFERENCES accounts,
    at       INTEGER NOT NULL,
    CHECK ((kind = 'charge') = (amount > 0)),
    CHECK ((kind = 'settlement') = (order_id IS NULL)),
    CHECK ((kind = 'refund') = (refund IS NOT NULL)),
    CHECK ((kind = 'settlement') = (account IS NOT NULL))
) STRICT;
CREATE INDEX postings_by_member ON postings (member, posting);
-- An order is charged once, whatever the code above does.
CREATE UNIQUE INDEX one_charge_an_order ON postings (order_id) WHERE kind = 'charge';
CREATE UNIQUE INDEX one_posting_a_refund ON postings (refund, order_id) WHERE kind = 'refund';
CREATE TRIGGER postings_are_kept BEFORE DELETE ON postings BEGIN SELECT raise(ABORT, 'accounts are append-only'); END;
CREATE TRIGGER postings_are_final BEFORE UPDATE ON postings BEGIN SELECT raise(ABORT, 'accounts are append-only'); END;

-- The member whose account paid an order; none where a register takes the money.
ALTER TABLE orders ADD COLUMN member INTEGER REFERENCES members;
-- What of a refund went back to the accounts it was paid by; the rest is paid out at a register.
ALTER TABLE refunds ADD COLUMN to_account INTEGER NOT NULL DEFAULT 0;
