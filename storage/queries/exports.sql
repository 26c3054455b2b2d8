-- name: source
-- A batch, and where its answers end at this moment.
SELECT batch.code, batch.title, batch.kind, batch.choices, batch.seed, batch.overlap_least, batch.overlap_most, batch.confidence,
       (SELECT COUNT(*) FROM task WHERE task.batch_id = batch.id) AS tasks,
       (SELECT COUNT(*) FROM answer WHERE answer.batch_id = batch.id) AS answers,
       (SELECT COALESCE(MAX(answer.id), 0) FROM answer WHERE answer.batch_id = batch.id) AS last_answer
  FROM batch
 WHERE batch.id = :batch;

-- name: batch
SELECT code, title, coordinator_id, state FROM batch WHERE id = :batch;

-- name: answers
-- A stretch of a batch's answers, oldest first.
SELECT answer.id, answer.worker_id, answer.labels, answer.is_gold, answer.guide_version,
       CASE WHEN answer.rejection_id IS NULL THEN answer.status ELSE 'rejected' END AS status,
       answer.answered_at, answer.milliseconds, task.reference
  FROM answer
  JOIN task ON task.id = answer.task_id
 WHERE answer.batch_id = :batch AND answer.id > :after AND answer.id <= :upto AND answer.undone = 0
 ORDER BY answer.id
 LIMIT :limit;

-- name: tasks
-- A stretch of a batch's tasks, in the order of the file.
SELECT id, number, reference, gold, meta, state
  FROM task
 WHERE batch_id = :batch AND number > :after
 ORDER BY number
 LIMIT :limit;

-- name: votes
-- The answers that have weight, of a stretch of tasks. Gold is left out: its label is known, and it has many.
SELECT answer.id, answer.task_id, answer.labels
  FROM task
  JOIN answer ON answer.task_id = task.id
 WHERE task.batch_id = :batch AND task.number > :after AND task.number <= :upto AND task.gold IS NULL
   AND answer.undone = 0 AND answer.status = 'counted'
 ORDER BY answer.task_id, answer.id;

-- name: gold_answers
-- How often the gold tasks of a stretch were answered.
SELECT answer.task_id, COUNT(*) AS answers
  FROM task
  JOIN answer ON answer.task_id = task.id
 WHERE task.batch_id = :batch AND task.number > :after AND task.number <= :upto AND task.gold IS NOT NULL
   AND answer.undone = 0 AND answer.status = 'counted' AND answer.id <= :last
 GROUP BY answer.task_id;

-- name: choices
-- The published batches of a coordinator, or of everybody, newest first.
SELECT id, code, title
  FROM batch
 WHERE state IN ('open', 'paused', 'closed')
   AND (:everything = 1 OR coordinator_id = :person)
   AND (:before = 0 OR id < :before)
 ORDER BY id DESC
 LIMIT :limit;

-- name: due
-- Batches that are running, or have changed since their files were written.
SELECT batch.id, batch.code
  FROM batch
 WHERE batch.id > :after
   AND (batch.state IN ('open', 'paused')
        OR (batch.state = 'closed'
            AND (batch.exported_at IS NULL
                 OR batch.closed_at >= batch.exported_at
                 OR EXISTS (SELECT 1 FROM batch_count
                             WHERE batch_count.batch_id = batch.id AND batch_count.last_at >= batch.exported_at))))
 ORDER BY batch.id
 LIMIT :limit;

-- name: completed
-- Finished batches whose coordinator has not been told.
SELECT id, code
  FROM batch
 WHERE completed_at IS NOT NULL AND delivered_at IS NULL AND id > :after
 ORDER BY id
 LIMIT :limit;

-- name: kept
UPDATE batch SET exported_at = :since WHERE id = :batch;

-- name: deliver
-- Taken once: whoever changes the row tells the coordinator.
UPDATE batch SET delivered_at = :now
 WHERE id = :batch AND completed_at IS NOT NULL AND delivered_at IS NULL
RETURNING coordinator_id;
