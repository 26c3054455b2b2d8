-- Nothing that was entered is ever changed ----------------------------------------------------------------------------

CREATE TRIGGER entry_is_not_changed BEFORE UPDATE ON entry {refuse};
CREATE TRIGGER entry_is_not_removed BEFORE DELETE ON entry {refuse};

-- Who did what about money and rights.
CREATE TABLE deed (
    id {identity},
    person_id BIGINT REFERENCES person (id),
    action TEXT NOT NULL,
    detail TEXT NOT NULL,
    done_at BIGINT NOT NULL
);
CREATE INDEX deed_action ON deed (action, id);
CREATE TRIGGER deed_is_not_changed BEFORE UPDATE ON deed {refuse};
CREATE TRIGGER deed_is_not_removed BEFORE DELETE ON deed {refuse};

-- Budgets ------------------------------------------------------------------------------------------------------------

ALTER TABLE person ADD COLUMN has_budget INTEGER NOT NULL DEFAULT 0 CHECK (has_budget IN (0, 1));

CREATE TABLE funding (
    id {identity},
    coordinator_id BIGINT NOT NULL REFERENCES person (id),
    batch_id BIGINT REFERENCES batch (id),
    amount BIGINT NOT NULL CHECK (amount <> 0),
    note TEXT NOT NULL,
    funded_by BIGINT NOT NULL REFERENCES person (id),
    funded_at BIGINT NOT NULL
);
CREATE INDEX funding_coordinator ON funding (coordinator_id, id);

-- Cards that lapsed: late answers to them are paid for a day, and a limited budget has to have them.
CREATE INDEX assignment_lapsed ON assignment (batch_id, lease_until) WHERE state = 'expired';

-- Review -------------------------------------------------------------------------------------------------------------

ALTER TABLE batch ADD COLUMN review BIGINT NOT NULL DEFAULT 259200000 CHECK (review BETWEEN 0 AND 604800000);
ALTER TABLE answer ADD COLUMN settles_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE answer ADD COLUMN rejection_id BIGINT;
UPDATE answer SET settles_at = answered_at + 259200000;
DROP INDEX answer_unsettled;
CREATE INDEX answer_unsettled ON answer (worker_id, settles_at)
    WHERE settlement_id IS NULL AND rejection_id IS NULL AND undone = 0 AND price > 0;

CREATE TABLE rejection (
    id {identity},
    answer_id BIGINT NOT NULL REFERENCES answer (id),
    batch_id BIGINT NOT NULL REFERENCES batch (id),
    worker_id BIGINT NOT NULL REFERENCES person (id),
    reviewer_id BIGINT NOT NULL REFERENCES person (id),
    second_id BIGINT REFERENCES person (id),
    reason TEXT NOT NULL,
    guide_version INTEGER NOT NULL,
    expected BIGINT NOT NULL,
    was TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    note TEXT,
    returned INTEGER NOT NULL DEFAULT 0 CHECK (returned IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('proposed', 'told', 'agreed', 'appealed', 'upheld', 'denied', 'withdrawn')),
    proposed_at BIGINT NOT NULL,
    told_at BIGINT,
    appealed_at BIGINT,
    decided_by BIGINT REFERENCES person (id),
    decided_at BIGINT,
    released_at BIGINT
);
CREATE UNIQUE INDEX rejection_standing ON rejection (answer_id) WHERE state NOT IN ('upheld', 'withdrawn');
CREATE INDEX rejection_answer ON rejection (answer_id);
CREATE INDEX rejection_batch ON rejection (batch_id, id);
CREATE INDEX rejection_open ON rejection (state, id) WHERE state IN ('proposed', 'told', 'appealed');
CREATE INDEX rejection_held ON rejection (told_at) WHERE released_at IS NULL AND state IN ('told', 'agreed', 'denied');
CREATE INDEX rejection_reviewer ON rejection (reviewer_id, state);
CREATE INDEX rejection_worker ON rejection (worker_id, id);

-- Payouts ------------------------------------------------------------------------------------------------------------

-- Where a worker's money goes: sealed with a key that is not in the database, or a reference kept by the coordinator.
CREATE TABLE payee (
    person_id BIGINT PRIMARY KEY REFERENCES person (id),
    sealed TEXT,
    last_digits TEXT,
    reference TEXT,
    tax_profile TEXT NOT NULL,
    held_until BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE payee_link (
    token_hash TEXT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    message_id BIGINT
);
CREATE INDEX payee_link_person ON payee_link (person_id);

-- One closing: the payouts that go to the bank together.
CREATE TABLE transfer (
    id {identity},
    code TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('prepared', 'approved', 'sent', 'closed', 'cancelled')),
    payouts BIGINT NOT NULL,
    gross BIGINT NOT NULL,
    income_tax BIGINT NOT NULL,
    local_tax BIGINT NOT NULL,
    net BIGINT NOT NULL,
    sha256 TEXT,
    made_by BIGINT NOT NULL REFERENCES person (id),
    made_at BIGINT NOT NULL,
    approved_by BIGINT REFERENCES person (id),
    approved_at BIGINT,
    sent_at BIGINT,
    closed_at BIGINT
);
CREATE INDEX transfer_open ON transfer (id) WHERE state IN ('prepared', 'approved', 'sent');

CREATE TABLE payout (
    id {identity},
    code TEXT NOT NULL UNIQUE,
    worker_id BIGINT NOT NULL REFERENCES person (id),
    transfer_id BIGINT REFERENCES transfer (id),
    state TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'sent', 'paid', 'failed', 'cancelled')),
    gross BIGINT NOT NULL CHECK (gross > 0),
    income_tax BIGINT NOT NULL CHECK (income_tax >= 0),
    local_tax BIGINT NOT NULL CHECK (local_tax >= 0),
    net BIGINT NOT NULL CHECK (net > 0),
    tax_profile TEXT NOT NULL,
    reason TEXT,
    asked_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX payout_worker ON payout (worker_id, id);
CREATE INDEX payout_transfer ON payout (transfer_id, id);
CREATE UNIQUE INDEX payout_open ON payout (worker_id) WHERE state IN ('asked', 'approved', 'sent');
CREATE INDEX payout_waiting ON payout (id) WHERE state = 'asked' AND transfer_id IS NULL;

-- Who is asked for on paydays; whoever has no row is.
CREATE TABLE payout_choice (
    person_id BIGINT PRIMARY KEY REFERENCES person (id),
    is_automatic INTEGER NOT NULL CHECK (is_automatic IN (0, 1)),
    changed_at BIGINT NOT NULL
);

CREATE TABLE adjustment (
    id {identity},
    worker_id BIGINT NOT NULL REFERENCES person (id),
    amount BIGINT NOT NULL CHECK (amount <> 0),
    reason TEXT NOT NULL,
    made_by BIGINT NOT NULL REFERENCES person (id),
    made_at BIGINT NOT NULL
);
CREATE INDEX adjustment_worker ON adjustment (worker_id, id);

-- What became available to a worker, and what left, is followed from amounts that are tapped.
CREATE INDEX settlement_worker ON settlement (worker_id, settled_at);
CREATE INDEX payment_worker ON payment (worker_id, paid_at);

-- Bonuses ------------------------------------------------------------------------------------------------------------

-- A written rule: `amount` for each worker who has reached `threshold` by the measure, within the most that it may cost.
CREATE TABLE bonus_rule (
    id {identity},
    batch_id BIGINT NOT NULL REFERENCES batch (id),
    made_by BIGINT NOT NULL REFERENCES person (id),
    measure TEXT NOT NULL CHECK (measure IN ('answers', 'each', 'correct')),
    threshold BIGINT NOT NULL CHECK (threshold > 0),
    amount BIGINT NOT NULL CHECK (amount > 0),
    most BIGINT NOT NULL CHECK (most >= amount),
    state TEXT NOT NULL CHECK (state IN ('draft', 'running', 'ended')),
    made_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX bonus_rule_batch ON bonus_rule (batch_id, id);
CREATE INDEX bonus_rule_running ON bonus_rule (id) WHERE state = 'running';

CREATE TABLE bonus (
    id {identity},
    rule_id BIGINT NOT NULL REFERENCES bonus_rule (id),
    worker_id BIGINT NOT NULL REFERENCES person (id),
    number BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    earned_at BIGINT NOT NULL,
    UNIQUE (rule_id, worker_id, number)
);
CREATE INDEX bonus_worker ON bonus (worker_id, earned_at);
