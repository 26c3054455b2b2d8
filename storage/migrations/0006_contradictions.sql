-- A payout of a transfer that was given up gets another code: what the bank says of this one means the file it has got.
CREATE TABLE former_code (
    code TEXT PRIMARY KEY,
    payout_id BIGINT NOT NULL REFERENCES payout (id),
    transfer_id BIGINT NOT NULL REFERENCES transfer (id),
    income_tax BIGINT NOT NULL,
    local_tax BIGINT NOT NULL,
    net BIGINT NOT NULL,
    tax_profile TEXT NOT NULL
);
CREATE INDEX former_code_payout ON former_code (payout_id);

-- What a bank has said of a payout against what it said before; nothing moves until a second person has looked.
CREATE TABLE contradiction (
    id {identity},
    payout_id BIGINT NOT NULL REFERENCES payout (id),
    transfer_id BIGINT NOT NULL REFERENCES transfer (id),
    worker_id BIGINT NOT NULL REFERENCES person (id),
    code TEXT NOT NULL,
    said TEXT NOT NULL CHECK (said IN ('paid', 'failed')),
    reason TEXT,
    reported_by BIGINT NOT NULL REFERENCES person (id),
    reported_at BIGINT NOT NULL,
    decision TEXT CHECK (decision IN ('taken', 'returned', 'twice', 'wrong')),
    decided_by BIGINT REFERENCES person (id),
    decided_at BIGINT
);
CREATE UNIQUE INDEX contradiction_open ON contradiction (code) WHERE decision IS NULL;
CREATE INDEX contradiction_worker ON contradiction (worker_id) WHERE decision IS NULL;

-- What is withheld is filed by the month in which the bank got it.
CREATE INDEX transfer_moved ON transfer (COALESCE(sent_at, closed_at)) WHERE state <> 'prepared' AND state <> 'approved';
