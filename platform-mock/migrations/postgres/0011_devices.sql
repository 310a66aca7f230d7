-- Terminals by certificates: one-time codes, the certificates themselves, and keys that are agreed on instead of stored.
ALTER TABLE terminals ADD COLUMN sealing_key BYTEA CHECK (length(sealing_key) = 32);
ALTER TABLE terminals ADD COLUMN revoked BIGINT;
ALTER TABLE terminals ADD COLUMN revoked_reason TEXT COLLATE "C";

-- secret: SHA-256 of the code's secret part. A terminal has one open code at most.
CREATE TABLE enrolment_codes (
    terminal BIGINT PRIMARY KEY REFERENCES terminals,
    secret   BYTEA NOT NULL UNIQUE,
    expires  BIGINT NOT NULL
);

-- fingerprint: SHA-256 of the certificate in DER. Nothing else counts as a terminal's certificate, whoever signed it.
CREATE TABLE device_certificates (
    fingerprint BYTEA PRIMARY KEY,
    terminal    BIGINT NOT NULL REFERENCES terminals,
    serial      TEXT COLLATE "C" NOT NULL,
    not_before  BIGINT NOT NULL,
    not_after   BIGINT NOT NULL,
    revoked     BIGINT
);
CREATE INDEX certificates_of_terminal ON device_certificates (terminal, not_after);

-- The authority all nodes have to have, by a hash of its certificate and the agreement key.
CREATE TABLE platform_authority (
    one         BIGINT PRIMARY KEY CHECK (one = 1),
    fingerprint BYTEA NOT NULL
);

-- Handshakes with cards that got their answer, so that no node answers one twice.
CREATE TABLE used_handshakes (
    handshake BYTEA PRIMARY KEY,
    expires   BIGINT NOT NULL
);
CREATE INDEX used_handshakes_by_end ON used_handshakes (expires);

-- Which version of the master keys a card was formatted with; a card that is not here has the first.
CREATE TABLE card_keys (
    card    TEXT COLLATE "C" PRIMARY KEY,
    version BIGINT NOT NULL
);
