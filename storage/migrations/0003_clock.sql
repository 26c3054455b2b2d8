-- Reminders ----------------------------------------------------------------------------------------------------------

-- What a person wants to hear of and when; whoever has no row has the usual choices.
CREATE TABLE reminding (
    person_id BIGINT PRIMARY KEY REFERENCES person (id),
    kinds TEXT NOT NULL,
    days TEXT NOT NULL,
    from_hour INTEGER NOT NULL CHECK (from_hour BETWEEN 0 AND 23),
    to_hour INTEGER NOT NULL CHECK (to_hour BETWEEN 1 AND 24),
    most INTEGER NOT NULL CHECK (most BETWEEN 0 AND 10),
    timezone TEXT NOT NULL,
    snoozed_until BIGINT NOT NULL,
    ignored INTEGER NOT NULL,
    reminded_at BIGINT,
    changed_at BIGINT NOT NULL
);

-- One thing to remind somebody of. Those that are due together become one message.
CREATE TABLE reminder (
    id {identity},
    person_id BIGINT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    blanks TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'queued', 'sent', 'dropped')),
    due_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    slice_id BIGINT,
    outbox_id BIGINT REFERENCES outbox (id),
    sent_at BIGINT,
    UNIQUE (person_id, kind, subject)
);
CREATE INDEX reminder_waiting ON reminder (due_at, person_id) WHERE state = 'waiting';
CREATE INDEX reminder_queued ON reminder (person_id) WHERE state = 'queued';
CREATE INDEX reminder_sent ON reminder (person_id, sent_at) WHERE state = 'sent';
CREATE INDEX reminder_slice ON reminder (slice_id) WHERE slice_id IS NOT NULL;

-- Who was told of a batch, and who was not, so that it can be seen whether telling brought work.
CREATE TABLE invitation (
    batch_id BIGINT NOT NULL REFERENCES batch (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    is_held_out INTEGER NOT NULL CHECK (is_held_out IN (0, 1)),
    decided_at BIGINT NOT NULL,
    told_at BIGINT,
    PRIMARY KEY (batch_id, person_id)
);

-- Slots of a batch that one worker has to themselves for a while; each is an assignment that waits for them.
CREATE TABLE slice (
    id {identity},
    batch_id BIGINT NOT NULL REFERENCES batch (id),
    worker_id BIGINT NOT NULL REFERENCES person (id),
    slots INTEGER NOT NULL CHECK (slots > 0),
    state TEXT NOT NULL CHECK (state IN ('cut', 'held', 'ended')),
    cut_at BIGINT NOT NULL,
    told_at BIGINT,
    ends_at BIGINT NOT NULL,
    warned_at BIGINT,
    extended_at BIGINT,
    UNIQUE (batch_id, worker_id)
);
CREATE INDEX slice_running ON slice (ends_at) WHERE state IN ('cut', 'held');
CREATE INDEX slice_worker ON slice (worker_id) WHERE state IN ('cut', 'held');

ALTER TABLE assignment ADD COLUMN slice_id BIGINT REFERENCES slice (id);
CREATE INDEX assignment_slice ON assignment (slice_id) WHERE slice_id IS NOT NULL AND state = 'held';

-- Digests ------------------------------------------------------------------------------------------------------------

-- When somebody was last told the state of things, by kind of digest and day.
CREATE TABLE digest (
    person_id BIGINT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    day TEXT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, kind, day)
);

-- Exports ------------------------------------------------------------------------------------------------------------

-- When a batch's files are written by themselves, which, and where to; a batch without a row has the usual plan.
CREATE TABLE export_plan (
    batch_id BIGINT PRIMARY KEY REFERENCES batch (id),
    at TEXT NOT NULL CHECK (at IN ('nightly', 'hourly', 'completion', 'never')),
    scope TEXT NOT NULL CHECK (scope IN ('whole', 'new')),
    formats TEXT NOT NULL,
    target TEXT NOT NULL,
    chat TEXT NOT NULL CHECK (chat IN ('each', 'end', 'no')),
    last_answer BIGINT NOT NULL,
    changed_by BIGINT NOT NULL REFERENCES person (id),
    changed_at BIGINT NOT NULL
);

CREATE TABLE export_run (
    id {identity},
    batch_id BIGINT NOT NULL REFERENCES batch (id),
    period TEXT NOT NULL,
    is_last INTEGER NOT NULL CHECK (is_last IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('due', 'written', 'failed', 'skipped')),
    attempts INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    upto BIGINT NOT NULL,
    reason TEXT,
    told TEXT NOT NULL CHECK (told IN ('no', 'failed', 'asked')),
    UNIQUE (batch_id, period)
);
CREATE INDEX export_run_due ON export_run (due_at) WHERE state = 'due';

-- Jobs ---------------------------------------------------------------------------------------------------------------

-- What the schedule runs: how long each may pause, up to when none of its periods is left, when it last succeeded.
CREATE TABLE job (
    name TEXT PRIMARY KEY,
    longest BIGINT NOT NULL,
    known_at BIGINT NOT NULL,
    handled_until BIGINT NOT NULL,
    succeeded_at BIGINT
);

ALTER TABLE job_run ADD COLUMN state TEXT NOT NULL DEFAULT 'done'
    CHECK (state IN ('running', 'failed', 'done', 'lost'));
ALTER TABLE job_run ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1;
ALTER TABLE job_run ADD COLUMN busy_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE job_run ADD COLUMN ended_at BIGINT;
CREATE INDEX job_run_started ON job_run (started_at);

-- Batches that do not move -------------------------------------------------------------------------------------------

CREATE TABLE stall (
    batch_id BIGINT NOT NULL REFERENCES batch (id),
    cause TEXT NOT NULL,
    since BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (batch_id, cause)
);
