-- name: peek_slot
-- The first task after a worker's cursor that is new to the worker or lapsed from their hands, and its place.
SELECT queued.id, queued.place
  FROM task queued
 WHERE queued.batch_id = :batch
   AND queued.place > :cursor
   AND NOT EXISTS (
       SELECT 1 FROM assignment seen
        WHERE seen.task_id = queued.id AND seen.worker_id = :worker AND seen.state <> 'expired')
 ORDER BY queued.place
 LIMIT 1 {skip_locked};

-- name: peek_unpromised
-- The same among the tasks with more free slots than lapsed cards that may still be answered.
SELECT queued.id, queued.place
  FROM task queued
 WHERE queued.batch_id = :batch
   AND queued.place > :cursor
   AND NOT EXISTS (
       SELECT 1 FROM assignment seen
        WHERE seen.task_id = queued.id AND seen.worker_id = :worker AND seen.state <> 'expired')
   AND (queued.open_slots > (
       SELECT COUNT(*) FROM assignment lapsed
        WHERE lapsed.task_id = queued.id AND lapsed.state = 'expired' AND lapsed.lease_until >= :since
          AND lapsed.leased_at > 0)
     OR EXISTS (
       SELECT 1 FROM assignment own
        WHERE own.task_id = queued.id AND own.worker_id = :worker AND own.state = 'expired'
          AND own.lease_until >= :since AND own.leased_at > 0))
 ORDER BY queued.place
 LIMIT 1 {skip_locked};

-- name: take_slot
-- The statement is the lock: a task never gives out more slots than it has.
UPDATE task
   SET open_slots = open_slots - 1,
       place = CASE WHEN open_slots = 1 THEN NULL ELSE place END
 WHERE id = :task AND open_slots > 0;

-- name: return_slot
-- A slot comes back; the task takes a new place at the tail, so that no cursor has passed it.
UPDATE task
   SET open_slots = open_slots + 1,
       place = CASE WHEN state = 'open' THEN :place ELSE NULL END
 WHERE id = :task AND state IN ('open', 'flagged', 'dropped') AND gold IS NULL;

-- name: next_gold
-- The gold task that was shown least, among those that the worker has not answered, nor a task that looks the same.
SELECT task.id, seen.id AS lapsed
  FROM task
  LEFT JOIN assignment seen ON seen.task_id = task.id AND seen.worker_id = :worker
 WHERE task.batch_id = :batch
   AND task.gold IS NOT NULL
   AND task.state = 'open'
   AND (seen.id IS NULL OR seen.state = 'expired')
   AND NOT EXISTS (
       SELECT 1 FROM task alike
         JOIN assignment known ON known.task_id = alike.id AND known.worker_id = :worker AND known.state <> 'expired'
        WHERE alike.batch_id = task.batch_id AND alike.fingerprint = task.fingerprint AND alike.id <> task.id)
 ORDER BY task.exposure, task.id
 LIMIT 1;

-- name: expose
UPDATE task SET exposure = exposure + 1 WHERE id = :task;

-- name: count_answer
UPDATE task SET counted = counted + :step WHERE id = :task RETURNING state, open_slots, counted, wanted;

-- name: want_more
UPDATE task SET wanted = wanted + 1, open_slots = open_slots + 1, place = :place WHERE id = :task;

-- name: finish
UPDATE task SET state = 'done', place = NULL WHERE id = :task AND state = 'open';

-- name: reopen
UPDATE task SET state = 'open' WHERE id = :task AND state = 'done';

-- name: report
-- One that is undone after its coordinator's judgement takes nothing from those that came since.
UPDATE task SET reports = CASE WHEN reports + :step < 0 THEN 0 ELSE reports + :step END WHERE id = :task
RETURNING reports, state, number;

-- name: flag
UPDATE task SET state = 'flagged', place = NULL WHERE id = :task AND state = 'open';

-- name: judge_flagged
-- A coordinator's decision about a reported task; kept ones go back to the tail of the queue with their free slots.
UPDATE task
   SET state = :state,
       reports = 0,
       place = CASE WHEN :state = 'open' AND open_slots > 0 THEN :place ELSE NULL END
 WHERE id = :task AND batch_id = :batch AND state = 'flagged'
RETURNING open_slots, counted, wanted, gold;

-- name: flagged
SELECT task.id, task.number, task.reference, task.content, task.picture_id, picture.sha256
  FROM task LEFT JOIN picture ON picture.id = task.picture_id
 WHERE task.batch_id = :batch AND task.state = 'flagged'
 ORDER BY task.id
 LIMIT 1;

-- name: count_flagged
SELECT COUNT(*) AS flagged FROM task WHERE batch_id = :batch AND state = 'flagged';

-- name: first
-- The task at the head of a draft's queue, in which gold has no place.
SELECT task.content, task.picture_id, picture.sha256
  FROM task LEFT JOIN picture ON picture.id = task.picture_id
 WHERE task.batch_id = :batch AND task.place IS NOT NULL
 ORDER BY task.place
 LIMIT 1;

-- name: add
INSERT INTO task (batch_id, number, reference, content, picture_id, gold, explanation, meta, fingerprint, state, place,
                  open_slots, counted, wanted, reports, exposure)
VALUES (:batch, :number, :reference, :content, :picture, :gold, :explanation, :meta, :fingerprint, 'open', :place,
        :slots, 0, :slots, 0, 0);

-- name: same
-- The first task of a batch with the same text or the same picture.
SELECT number, reference FROM task WHERE batch_id = :batch AND fingerprint = :fingerprint ORDER BY id LIMIT 1;

-- name: level
-- Give a stretch of a draft's tasks as many slots as its overlap asks for.
UPDATE task
   SET open_slots = :slots, wanted = :slots, place = number
 WHERE batch_id = :batch AND number > :after AND number <= :upto AND gold IS NULL;

-- name: relabel
UPDATE task SET gold = :gold WHERE id = :task;

-- name: golds
SELECT id, gold FROM task WHERE batch_id = :batch AND gold IS NOT NULL ORDER BY id;
