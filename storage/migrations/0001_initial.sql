-- People -------------------------------------------------------------------------------------------------------------

CREATE TABLE person (
    id {identity},
    telegram_id BIGINT NOT NULL UNIQUE,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    username TEXT,
    language TEXT NOT NULL CHECK (language IN ('ko', 'en')),
    reads TEXT NOT NULL,
    is_worker INTEGER NOT NULL CHECK (is_worker IN (0, 1)),
    is_coordinator INTEGER NOT NULL CHECK (is_coordinator IN (0, 1)),
    is_owner INTEGER NOT NULL CHECK (is_owner IN (0, 1)),
    all_projects INTEGER NOT NULL CHECK (all_projects IN (0, 1)),
    reachable INTEGER NOT NULL CHECK (reachable IN (0, 1)),
    consent_version INTEGER,
    consent_at BIGINT,
    expects TEXT,
    card_message_id BIGINT,
    card_has_picture INTEGER NOT NULL CHECK (card_has_picture IN (0, 1)),
    leaving_at BIGINT,
    forget_at BIGINT,
    forgotten_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX person_leaving ON person (leaving_at) WHERE leaving_at IS NOT NULL;

-- Every consent that was ever given, and when it was taken back; the person's row holds the one that is in force.
CREATE TABLE consent (
    id {identity},
    person_id BIGINT NOT NULL REFERENCES person (id),
    version INTEGER NOT NULL,
    agreed_at BIGINT NOT NULL,
    withdrawn_at BIGINT
);
CREATE UNIQUE INDEX consent_in_force ON consent (person_id, version) WHERE withdrawn_at IS NULL;

CREATE TABLE project (
    id {identity},
    coordinator_id BIGINT NOT NULL REFERENCES person (id),
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('single', 'multiple')),
    choices TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX project_coordinator ON project (coordinator_id, id);

CREATE TABLE member (
    project_id BIGINT NOT NULL REFERENCES project (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, person_id)
);

CREATE TABLE invite (
    id {identity},
    code_hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('worker', 'coordinator')),
    project_id BIGINT REFERENCES project (id),
    uses_left BIGINT NOT NULL CHECK (uses_left >= 0),
    expires_at BIGINT NOT NULL,
    created_by BIGINT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL
);

CREATE TABLE invite_use (
    invite_id BIGINT NOT NULL REFERENCES invite (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    used_at BIGINT NOT NULL,
    PRIMARY KEY (invite_id, person_id)
);

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by BIGINT NOT NULL REFERENCES person (id)
);

-- Work ---------------------------------------------------------------------------------------------------------------

CREATE TABLE upload (
    id {identity},
    coordinator_id BIGINT NOT NULL REFERENCES person (id),
    file_name TEXT NOT NULL,
    file_path TEXT,
    telegram_file_id TEXT,
    settings TEXT NOT NULL,
    asks TEXT NOT NULL,
    found TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'asking', 'reading', 'drafted', 'refused', 'cancelled')),
    batch_id BIGINT,
    attempts INTEGER NOT NULL,
    touched_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX upload_coordinator ON upload (coordinator_id, id);
CREATE INDEX upload_running ON upload (touched_at) WHERE state IN ('received', 'asking', 'reading');
CREATE INDEX upload_kept ON upload (touched_at) WHERE file_path IS NOT NULL;

CREATE TABLE picture (
    id {identity},
    sha256 TEXT NOT NULL UNIQUE,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE picture_file (
    picture_id BIGINT NOT NULL REFERENCES picture (id),
    bot_id BIGINT NOT NULL,
    file_id TEXT NOT NULL,
    PRIMARY KEY (picture_id, bot_id)
);

CREATE TABLE batch (
    id {identity},
    code TEXT NOT NULL UNIQUE,
    project_id BIGINT NOT NULL REFERENCES project (id),
    coordinator_id BIGINT NOT NULL REFERENCES person (id),
    title TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('importing', 'draft', 'open', 'paused', 'closed', 'discarded')),
    kind TEXT NOT NULL CHECK (kind IN ('single', 'multiple')),
    choices TEXT NOT NULL,
    price BIGINT NOT NULL CHECK (price > 0),
    reserved_price BIGINT NOT NULL,
    overlap_least INTEGER NOT NULL CHECK (overlap_least > 0),
    overlap_most INTEGER NOT NULL CHECK (overlap_most >= overlap_least),
    confidence BIGINT NOT NULL CHECK (confidence BETWEEN 0 AND 1000000),
    lease BIGINT NOT NULL CHECK (lease > 0),
    deadline_at BIGINT,
    language TEXT NOT NULL CHECK (language IN ('ko', 'en', 'any')),
    seed TEXT NOT NULL,
    guide_version INTEGER NOT NULL,
    tasks BIGINT NOT NULL,
    golds BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    faults TEXT NOT NULL,
    gold_left BIGINT NOT NULL CHECK (gold_left >= 0),
    levelled_to BIGINT NOT NULL,
    tail BIGINT NOT NULL,
    card_person_id BIGINT REFERENCES person (id),
    card_message_id BIGINT,
    card_shown TEXT,
    card_shown_at BIGINT,
    created_at BIGINT NOT NULL,
    published_at BIGINT,
    completed_at BIGINT,
    exported_at BIGINT,
    delivered_at BIGINT,
    closed_at BIGINT,
    released_at BIGINT
);
CREATE INDEX batch_coordinator ON batch (coordinator_id, id);
CREATE INDEX batch_running ON batch (state, id) WHERE state IN ('open', 'paused');
CREATE INDEX batch_completed ON batch (id) WHERE completed_at IS NOT NULL AND delivered_at IS NULL;
CREATE INDEX batch_project ON batch (project_id, id);
CREATE INDEX batch_unreleased ON batch (state, closed_at) WHERE state IN ('closed', 'discarded') AND released_at IS NULL;

-- Counters are spread over shards, so that many answers at once do not meet in one row.
CREATE TABLE batch_count (
    batch_id BIGINT NOT NULL REFERENCES batch (id),
    shard INTEGER NOT NULL,
    finished BIGINT NOT NULL,
    counted BIGINT NOT NULL,
    late BIGINT NOT NULL,
    gold BIGINT NOT NULL,
    spent BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (batch_id, shard)
);

CREATE TABLE guide (
    batch_id BIGINT NOT NULL REFERENCES batch (id),
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (batch_id, version)
);

-- An open task holds a place in its batch's queue; place is null while no slot is free.
CREATE TABLE task (
    id {identity},
    batch_id BIGINT NOT NULL REFERENCES batch (id),
    number BIGINT NOT NULL,
    reference TEXT NOT NULL,
    content TEXT,
    picture_id BIGINT REFERENCES picture (id),
    gold BIGINT,
    explanation TEXT,
    meta TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'flagged', 'dropped')),
    place BIGINT,
    open_slots INTEGER NOT NULL CHECK (open_slots >= 0),
    counted INTEGER NOT NULL CHECK (counted >= 0),
    wanted INTEGER NOT NULL,
    reports INTEGER NOT NULL,
    exposure BIGINT NOT NULL,
    UNIQUE (batch_id, number),
    UNIQUE (batch_id, reference)
);
CREATE INDEX task_queue ON task (batch_id, place) WHERE place IS NOT NULL;
CREATE INDEX task_gold ON task (batch_id, exposure, id) WHERE gold IS NOT NULL;
CREATE INDEX task_flagged ON task (batch_id, id) WHERE state = 'flagged';
CREATE INDEX task_fingerprint ON task (batch_id, fingerprint);

CREATE TABLE assignment (
    id {identity},
    task_id BIGINT NOT NULL REFERENCES task (id),
    batch_id BIGINT NOT NULL REFERENCES batch (id),
    worker_id BIGINT NOT NULL REFERENCES person (id),
    state TEXT NOT NULL CHECK (state IN ('held', 'answered', 'skipped', 'reported', 'expired')),
    revision INTEGER NOT NULL,
    draft BIGINT NOT NULL,
    price BIGINT NOT NULL CHECK (price > 0),
    leased_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    shown_at BIGINT NOT NULL,
    page BIGINT NOT NULL DEFAULT 0,
    UNIQUE (task_id, worker_id)
);
CREATE INDEX assignment_held ON assignment (worker_id, batch_id, leased_at) WHERE state = 'held';
CREATE INDEX assignment_lease ON assignment (lease_until) WHERE state = 'held';
CREATE INDEX assignment_batch ON assignment (batch_id) WHERE state = 'held';
CREATE INDEX assignment_page ON assignment (worker_id, batch_id, page) WHERE page > 0;

-- Where a worker stands in a batch: the cursor into its queue, the gap to the next gold task, and the running session.
CREATE TABLE progress (
    batch_id BIGINT NOT NULL REFERENCES batch (id),
    worker_id BIGINT NOT NULL REFERENCES person (id),
    cursor BIGINT NOT NULL,
    gold_gap INTEGER NOT NULL,
    gold_dealt INTEGER NOT NULL,
    session_since BIGINT NOT NULL,
    session_last BIGINT NOT NULL,
    session_answers BIGINT NOT NULL,
    session_earned BIGINT NOT NULL,
    pages BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (batch_id, worker_id)
);

CREATE TABLE answer (
    id {identity},
    assignment_id BIGINT NOT NULL REFERENCES assignment (id),
    revision INTEGER NOT NULL,
    task_id BIGINT NOT NULL REFERENCES task (id),
    batch_id BIGINT NOT NULL REFERENCES batch (id),
    worker_id BIGINT NOT NULL REFERENCES person (id),
    labels BIGINT,
    status TEXT NOT NULL CHECK (status IN ('counted', 'late', 'excluded', 'skipped', 'reported')),
    reason TEXT,
    undone INTEGER NOT NULL CHECK (undone IN (0, 1)),
    is_gold INTEGER NOT NULL CHECK (is_gold IN (0, 1)),
    price BIGINT NOT NULL CHECK (price >= 0),
    guide_version INTEGER NOT NULL,
    answered_at BIGINT NOT NULL,
    milliseconds BIGINT NOT NULL,
    settlement_id BIGINT,
    UNIQUE (assignment_id, revision)
);
CREATE INDEX answer_batch ON answer (batch_id, id);
CREATE INDEX answer_task ON answer (task_id, id);
CREATE INDEX answer_worker ON answer (worker_id, batch_id, id);
CREATE INDEX answer_day ON answer (worker_id, answered_at);
CREATE INDEX answer_unsettled ON answer (worker_id, answered_at)
    WHERE settlement_id IS NULL AND undone = 0 AND price > 0;

-- Money --------------------------------------------------------------------------------------------------------------

CREATE TABLE entry (
    source TEXT NOT NULL,
    account TEXT NOT NULL,
    amount BIGINT NOT NULL,
    posted_at BIGINT NOT NULL,
    PRIMARY KEY (source, account)
);
CREATE INDEX entry_account ON entry (account, posted_at);

-- The running sum of every account that is read often; checks.sql proves that it equals the entries.
CREATE TABLE balance (
    account TEXT PRIMARY KEY,
    amount BIGINT NOT NULL
);

CREATE TABLE settlement (
    id {identity},
    worker_id BIGINT NOT NULL REFERENCES person (id),
    answers BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    settled_at BIGINT NOT NULL
);

CREATE TABLE payment (
    id {identity},
    worker_id BIGINT NOT NULL REFERENCES person (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    note TEXT NOT NULL,
    paid_at BIGINT NOT NULL
);

-- What the last look at the books found; while there is a row here, nothing is paid.
CREATE TABLE violation (
    name TEXT NOT NULL,
    what TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    PRIMARY KEY (name, what)
);

-- The edge -----------------------------------------------------------------------------------------------------------

CREATE TABLE inbox (
    seq {identity},
    update_id BIGINT NOT NULL UNIQUE,
    raw TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('new', 'done', 'failed')),
    attempts INTEGER NOT NULL,
    received_at BIGINT NOT NULL
);
CREATE INDEX inbox_new ON inbox (seq) WHERE state = 'new';
CREATE INDEX inbox_received ON inbox (received_at);

-- Instants that outlive a restart: when Telegram was last heard, when an alert was last raised.
CREATE TABLE moment (
    name TEXT PRIMARY KEY,
    happened_at BIGINT NOT NULL
);

CREATE TABLE outbox (
    id {identity},
    dedupe_key TEXT NOT NULL UNIQUE,
    person_id BIGINT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    blanks TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'unknown', 'failed')),
    attempts INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 'queued';
CREATE INDEX outbox_state ON outbox (state);

-- Chats that Telegram complained about: how often their pace is halved, and until when they are left alone.
CREATE TABLE chat_pace (
    chat_id BIGINT PRIMARY KEY,
    halvings INTEGER NOT NULL CHECK (halvings >= 0),
    limited_at BIGINT NOT NULL,
    stopped_until BIGINT NOT NULL
);

CREATE TABLE job_run (
    job TEXT NOT NULL,
    period TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    PRIMARY KEY (job, period)
);
