-- name: candidates
-- Who could be told of a batch: wants to be, may work on it, is not at it, and has not been told lately.
-- Whoever was told least lately comes first. A slice that is not there any more ended long ago.
SELECT person.id, invitation.is_held_out
  FROM batch
  JOIN reminding ON reminding.kinds LIKE '%new_work%'
  JOIN person ON person.id = reminding.person_id
  LEFT JOIN invitation ON invitation.batch_id = batch.id AND invitation.person_id = person.id
  LEFT JOIN slice ON slice.batch_id = batch.id AND slice.worker_id = person.id
 WHERE batch.id = :batch AND batch.state = 'open' AND batch.completed_at IS NULL
   AND (batch.deadline_at IS NULL OR batch.deadline_at > :lasts)
   AND batch.coordinator_id <> person.id
   AND person.is_worker = 1 AND person.reachable = 1 AND person.leaving_at IS NULL
   AND person.consent_version = :version
   AND (batch.language = 'any' OR person.reads LIKE '%' || batch.language || '%')
   AND (person.all_projects = 1 OR EXISTS (
        SELECT 1 FROM member WHERE member.project_id = batch.project_id AND member.person_id = person.id))
   AND reminding.snoozed_until <= :now AND reminding.ignored < :given_up AND reminding.most > 0
   AND (invitation.person_id IS NULL
        OR invitation.is_held_out = 0 AND COALESCE(slice.state, 'ended') = 'ended'
           AND COALESCE(slice.ends_at, 0) <= CASE WHEN slice.told_at IS NULL THEN :untold ELSE :rested END)
   AND NOT EXISTS (
       SELECT 1 FROM reminder WHERE reminder.person_id = person.id AND reminder.state = 'queued')
   AND NOT EXISTS (
       SELECT 1 FROM assignment
        WHERE assignment.worker_id = person.id AND assignment.batch_id = batch.id AND assignment.state = 'held')
   AND NOT EXISTS (
       SELECT 1 FROM progress
        WHERE progress.batch_id = batch.id AND progress.worker_id = person.id AND progress.session_last > :recent)
   AND (SELECT COUNT(*) FROM slice other
         WHERE other.worker_id = person.id AND other.state IN ('cut', 'held')) < :at_once
 ORDER BY COALESCE(reminding.reminded_at, 0), person.id;

-- name: open_batches
-- The batches that have something to give away.
SELECT batch.id FROM batch
 WHERE batch.state = 'open' AND batch.completed_at IS NULL
   AND EXISTS (SELECT 1 FROM task WHERE task.batch_id = batch.id AND task.place IS NOT NULL)
 ORDER BY batch.id;

-- name: free
-- The free slots of a batch, as far as anybody has to count them.
SELECT CAST(COALESCE(SUM(open_slots), 0) AS BIGINT) AS slots
  FROM (SELECT open_slots FROM task
         WHERE batch_id = :batch AND place IS NOT NULL
         ORDER BY place
         LIMIT :enough) first;

-- name: decide
INSERT INTO invitation (batch_id, person_id, is_held_out, decided_at)
VALUES (:batch, :person, :held_out, :now)
ON CONFLICT (batch_id, person_id) DO NOTHING;

-- name: cut
-- A worker has one slice of a batch at a time; one that has ended is cut anew in its row.
INSERT INTO slice (batch_id, worker_id, slots, state, cut_at, ends_at)
VALUES (:batch, :worker, :slots, 'cut', :now, :ends)
ON CONFLICT (batch_id, worker_id) DO UPDATE
   SET slots = excluded.slots, state = 'cut', cut_at = excluded.cut_at, told_at = NULL, ends_at = excluded.ends_at,
       warned_at = NULL, extended_at = NULL
 WHERE slice.state = 'ended'
RETURNING id;

-- name: fill
-- The first free tasks that are new to the worker wait for them from now on; no card has shown them yet. A slot that a
-- late answer may still claim is left to those who come by themselves.
INSERT INTO assignment (task_id, batch_id, worker_id, state, revision, draft, price, leased_at, lease_until, shown_at,
                        slice_id)
SELECT queued.id, queued.batch_id, :worker, 'held', 1, 0, :price, 0, :until, 0, :slice
  FROM task queued
 WHERE queued.batch_id = :batch AND queued.place > :cursor
   AND NOT EXISTS (SELECT 1 FROM assignment seen WHERE seen.task_id = queued.id AND seen.worker_id = :worker)
   AND queued.open_slots > (
       SELECT COUNT(*) FROM assignment lapsed
        WHERE lapsed.task_id = queued.id AND lapsed.state = 'expired' AND lapsed.lease_until >= :since
          AND lapsed.leased_at > 0)
 ORDER BY queued.place
 LIMIT :slots;

-- name: first_for
-- What such a filling would begin with.
SELECT queued.id
  FROM task queued
 WHERE queued.batch_id = :batch AND queued.place IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM assignment seen WHERE seen.task_id = queued.id AND seen.worker_id = :worker)
   AND queued.open_slots > (
       SELECT COUNT(*) FROM assignment lapsed
        WHERE lapsed.task_id = queued.id AND lapsed.state = 'expired' AND lapsed.lease_until >= :since
          AND lapsed.leased_at > 0)
 ORDER BY queued.place
 LIMIT 1;

-- name: take
-- What waits in a slice that was filled just now is free no more.
UPDATE task
   SET open_slots = open_slots - 1,
       place = CASE WHEN open_slots = 1 THEN NULL ELSE place END
 WHERE open_slots > 0
   AND id IN (SELECT assignment.task_id FROM assignment
               WHERE assignment.slice_id = :slice AND assignment.state = 'held' AND assignment.leased_at = 0);

-- name: size
UPDATE slice SET slots = :slots WHERE id = :slice;

-- name: last_place
-- Where in the queue the task stands that was put into a slice last.
SELECT task.place FROM assignment JOIN task ON task.id = assignment.task_id
 WHERE assignment.slice_id = :slice AND assignment.state = 'held' AND assignment.leased_at = 0
 ORDER BY assignment.id DESC
 LIMIT 1;

-- name: next
-- The next task that waits for a worker.
SELECT assignment.id FROM assignment JOIN task ON task.id = assignment.task_id
 WHERE assignment.worker_id = :worker AND assignment.batch_id = :batch AND assignment.state = 'held'
   AND assignment.leased_at = 0 AND task.state = 'open'
 ORDER BY assignment.id
 LIMIT 1;

-- name: show
-- From now on it is an assignment as any other.
UPDATE assignment SET price = :price, leased_at = :now, lease_until = :until, shown_at = :now
 WHERE id = :assignment AND state = 'held' AND leased_at = 0;

-- name: left
-- A worker's running slice of a batch, and how many tasks wait in it.
SELECT slice.id, slice.ends_at, slice.told_at, slice.extended_at,
       (SELECT COUNT(*) FROM assignment
         WHERE assignment.slice_id = slice.id AND assignment.state = 'held' AND assignment.leased_at = 0) AS tasks
  FROM slice
 WHERE slice.worker_id = :worker AND slice.batch_id = :batch AND slice.state IN ('cut', 'held');

-- name: find
SELECT slice.id, slice.batch_id, slice.worker_id, slice.state, slice.slots, slice.ends_at, slice.told_at,
       slice.extended_at, batch.title, batch.price, batch.state AS batch_state,
       (SELECT COUNT(*) FROM assignment
         WHERE assignment.slice_id = slice.id AND assignment.state = 'held' AND assignment.leased_at = 0) AS tasks
  FROM slice JOIN batch ON batch.id = slice.batch_id
 WHERE slice.id = :slice;

-- name: tell
UPDATE slice SET state = 'held', told_at = :now, ends_at = :until WHERE id = :slice AND state = 'cut';

-- name: told
-- The first message counts: work done between two of them was brought by it.
UPDATE invitation SET told_at = COALESCE(told_at, :now) WHERE batch_id = :batch AND person_id = :worker;

-- name: extend
UPDATE slice SET ends_at = :until, extended_at = :now
 WHERE id = :slice AND state = 'held' AND extended_at IS NULL AND ends_at > :now;

-- name: lease
-- What still waits in a slice waits until then.
UPDATE assignment SET lease_until = :until WHERE slice_id = :slice AND state = 'held' AND leased_at = 0;

-- name: unshown
SELECT id, task_id, batch_id, revision FROM assignment
 WHERE slice_id = :slice AND state = 'held' AND leased_at = 0
 ORDER BY id;

-- name: end
UPDATE slice SET state = 'ended', ends_at = :now WHERE id = :slice AND state IN ('cut', 'held');

-- name: recall
-- It was ended before its time: its worker may be told of the batch again as if they had not been.
UPDATE slice SET told_at = NULL WHERE id = :slice AND state = 'ended';

-- name: over
-- Slices whose time is up, whose batch is not open, or whose worker will not hear of them.
SELECT slice.id, slice.batch_id, slice.worker_id, slice.told_at, slice.ends_at, batch.state AS batch_state
  FROM slice JOIN batch ON batch.id = slice.batch_id
 WHERE slice.state IN ('cut', 'held')
   AND (slice.ends_at <= :now
        OR batch.state <> 'open'
        OR slice.state = 'cut' AND NOT EXISTS (
           SELECT 1 FROM reminder
            WHERE reminder.slice_id = slice.id AND reminder.state IN ('waiting', 'queued')))
 ORDER BY slice.ends_at, slice.id
 LIMIT :limit;

-- name: ending
SELECT slice.id, slice.batch_id, slice.worker_id, slice.ends_at, slice.told_at
  FROM slice
 WHERE slice.state IN ('cut', 'held') AND slice.state = 'held' AND slice.warned_at IS NULL AND slice.ends_at <= :soon
 ORDER BY slice.ends_at
 LIMIT :limit;

-- name: warn
UPDATE slice SET warned_at = :now WHERE id = :slice AND warned_at IS NULL;

-- name: running
SELECT id FROM slice WHERE worker_id = :worker AND state IN ('cut', 'held') ORDER BY id;

-- name: prolong
-- Time that nobody could use is given back.
UPDATE slice SET ends_at = ends_at + :by WHERE state IN ('cut', 'held');

-- name: effect
-- Of those who were told of a batch, and of those who were held out: how many, and how many answered afterwards.
SELECT invitation.is_held_out, COUNT(*) AS people,
       CAST(SUM(CASE WHEN EXISTS (
            SELECT 1 FROM answer
             WHERE answer.worker_id = invitation.person_id AND answer.batch_id = invitation.batch_id
               AND answer.labels IS NOT NULL AND answer.undone = 0
               AND answer.answered_at >= COALESCE(invitation.told_at, invitation.decided_at))
            THEN 1 ELSE 0 END) AS BIGINT) AS workers
  FROM invitation
 WHERE invitation.batch_id = :batch AND (invitation.told_at IS NOT NULL OR invitation.is_held_out = 1)
 GROUP BY invitation.is_held_out;

-- name: of_worker
SELECT batch.code, slice.slots, slice.state, slice.cut_at, slice.told_at, slice.ends_at
  FROM slice JOIN batch ON batch.id = slice.batch_id
 WHERE slice.worker_id = :person
 ORDER BY slice.id;

-- name: invitations
SELECT batch.code, invitation.is_held_out, invitation.decided_at, invitation.told_at
  FROM invitation JOIN batch ON batch.id = invitation.batch_id
 WHERE invitation.person_id = :person
 ORDER BY batch.id;

-- name: old
-- Slices that ended long ago, and of which nobody is still to be told. The newest stays, so that a button in an old
-- chat never names another one.
SELECT slice.id FROM slice
 WHERE slice.state = 'ended' AND slice.ends_at < :before AND slice.id <> (SELECT MAX(id) FROM slice)
   AND NOT EXISTS (
       SELECT 1 FROM reminder WHERE reminder.slice_id = slice.id AND reminder.state IN ('waiting', 'queued'))
 ORDER BY slice.ends_at
 LIMIT :limit;

-- name: detach
UPDATE assignment SET slice_id = NULL WHERE slice_id = :slice;

-- name: prune
DELETE FROM slice WHERE id = :slice AND state = 'ended';
