-- Handovers whose grant was refused for good (R7): a first request that arrives late finds its refusal here and not the order as it is by then.
CREATE TABLE refused_grants (
    handover TEXT NOT NULL,
    terminal INTEGER NOT NULL REFERENCES terminals,
    order_id TEXT NOT NULL,
    code     TEXT NOT NULL,
    detail   TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (handover, terminal)
) STRICT, WITHOUT ROWID;
