-- name: lease
-- Hand a task to a worker. A lapsed assignment of the same two is taken up again in its own row, with a new revision.
INSERT INTO assignment (task_id, batch_id, worker_id, state, revision, draft, price, leased_at, lease_until, shown_at)
VALUES (:task, :batch, :worker, 'held', 1, 0, :price, :now, :until, :now)
ON CONFLICT (task_id, worker_id) DO UPDATE
   SET state = 'held', revision = assignment.revision + 1, draft = 0, price = excluded.price,
       leased_at = excluded.leased_at, lease_until = excluded.lease_until, shown_at = excluded.shown_at
 WHERE assignment.state = 'expired'
RETURNING id, revision;

-- name: held
-- What a worker was shown and holds in a batch: the newest first, so that an answer that was opened again comes before
-- the rest; what was dealt together keeps its order. What waits in a slice was not leased yet.
SELECT id, task_id, revision, draft FROM assignment
 WHERE worker_id = :worker AND batch_id = :batch AND state = 'held' AND leased_at > 0
 ORDER BY leased_at DESC, id
 LIMIT 1;

-- name: renew
UPDATE assignment SET lease_until = :until, shown_at = :now WHERE id = :assignment AND state = 'held';

-- name: shown
UPDATE assignment SET shown_at = :now WHERE id = :assignment AND revision = :revision AND state = 'held';

-- name: find
SELECT assignment.id, assignment.task_id, assignment.batch_id, assignment.worker_id, assignment.state,
       assignment.revision, assignment.draft, assignment.shown_at, assignment.lease_until, assignment.page,
       task.gold, task.state AS task_state, task.number,
       assignment.price, batch.kind, batch.choices, batch.guide_version, batch.state AS batch_state, batch.closed_at,
       batch.overlap_most, batch.confidence, batch.lease, batch.review, batch.coordinator_id, person.leaving_at
  FROM assignment
  JOIN task ON task.id = assignment.task_id
  JOIN batch ON batch.id = assignment.batch_id
  JOIN person ON person.id = assignment.worker_id
 WHERE assignment.id = :assignment;

-- name: close
UPDATE assignment SET state = :state
 WHERE id = :assignment AND revision = :revision AND state IN ('held', 'expired');

-- name: reopen
UPDATE assignment
   SET state = :state, revision = revision + 1, draft = :draft, leased_at = :now, lease_until = :until, shown_at = :now
 WHERE id = :assignment AND revision = :revision AND state IN ('answered', 'skipped', 'reported')
RETURNING revision;

-- name: draft
UPDATE assignment SET draft = :draft
 WHERE id = :assignment AND revision = :revision AND state IN ('held', 'expired');

-- name: lapsed
SELECT id, task_id, batch_id, revision, lease_until FROM assignment
 WHERE state = 'held' AND lease_until <= :now
 ORDER BY lease_until
 LIMIT :limit;

-- name: expire
UPDATE assignment SET state = 'expired', lease_until = :until
 WHERE id = :assignment AND revision = :revision AND state = 'held';

-- name: extend
-- Time that nobody could use is given back.
UPDATE assignment SET lease_until = lease_until + :by WHERE state = 'held';

-- name: open
-- Who holds a task, what they were shown last first.
SELECT worker_id, batch_id FROM assignment
 WHERE state = 'held' AND lease_until > :now AND leased_at > 0
 ORDER BY shown_at DESC, id DESC;

-- name: of_worker
SELECT id, task_id, batch_id, revision FROM assignment WHERE worker_id = :worker AND state = 'held' ORDER BY id;
