-- name: give
INSERT INTO answer (assignment_id, revision, task_id, batch_id, worker_id, labels, status, reason, undone, is_gold, price,
                    guide_version, answered_at, milliseconds)
VALUES (:assignment, :revision, :task, :batch, :worker, :labels, :status, :reason, 0, :gold, :price,
        :guide, :now, :milliseconds)
RETURNING id;

-- name: votes
SELECT labels FROM answer WHERE task_id = :task AND undone = 0 AND status = 'counted' ORDER BY id;

-- name: recent
-- The last things that a worker did in a batch, newest first.
SELECT id, assignment_id, revision, task_id, labels, status, undone, is_gold, price, settlement_id
  FROM answer
 WHERE worker_id = :worker AND batch_id = :batch
 ORDER BY id DESC
 LIMIT :limit;

-- name: undo
UPDATE answer SET undone = 1 WHERE id = :answer AND undone = 0 AND settlement_id IS NULL;

-- name: pace
-- The last answers of a batch, for its median seconds.
SELECT milliseconds FROM answer
 WHERE batch_id = :batch AND undone = 0 AND labels IS NOT NULL
 ORDER BY id DESC
 LIMIT :limit;

-- name: page
SELECT answer.id, answer.task_id, answer.worker_id, answer.labels, answer.status, answer.is_gold, answer.guide_version,
       answer.answered_at, answer.milliseconds, answer.reason, task.reference
  FROM answer
  JOIN task ON task.id = answer.task_id
 WHERE answer.batch_id = :batch AND answer.id > :after AND answer.undone = 0
 ORDER BY answer.id
 LIMIT :limit;

-- name: of_tasks
-- The counted answers of a stretch of tasks, for their labels.
SELECT answer.task_id, answer.labels, answer.status, answer.is_gold
  FROM task
  JOIN answer ON answer.task_id = task.id
 WHERE task.batch_id = :batch AND task.number > :after AND task.number <= :upto
   AND answer.undone = 0 AND answer.labels IS NOT NULL
 ORDER BY answer.task_id, answer.id;

-- name: recent_of_worker
SELECT answer.id, answer.answered_at, answer.labels, answer.status, answer.price, answer.settlement_id, answer.is_gold,
       batch.title, batch.choices, task.content, task.picture_id, picture.sha256
  FROM answer
  JOIN batch ON batch.id = answer.batch_id
  JOIN task ON task.id = answer.task_id
  LEFT JOIN picture ON picture.id = task.picture_id
 WHERE answer.worker_id = :worker AND answer.id < :before AND answer.undone = 0 AND answer.labels IS NOT NULL
 ORDER BY answer.id DESC
 LIMIT :limit;

-- name: earned_since
SELECT CAST(COALESCE(SUM(price), 0) AS BIGINT) AS amount, COUNT(*) AS answers
  FROM answer
 WHERE worker_id = :worker AND answered_at >= :since AND undone = 0 AND labels IS NOT NULL;

-- name: earned_by_day
-- Days are counted in the installation's time zone by their starts, which the caller gives as an offset.
SELECT (answered_at + :offset) / 86400000 AS day, batch_id, CAST(SUM(price) AS BIGINT) AS amount, COUNT(*) AS answers
  FROM answer
 WHERE worker_id = :worker AND answered_at >= :since AND undone = 0 AND labels IS NOT NULL
 GROUP BY (answered_at + :offset) / 86400000, batch_id
 ORDER BY day DESC, batch_id;

-- name: due
-- Workers with answers whose review time is over.
SELECT DISTINCT worker_id FROM answer
 WHERE settlement_id IS NULL AND undone = 0 AND price > 0 AND answered_at <= :before
 ORDER BY worker_id
 LIMIT :limit;

-- name: due_of
SELECT id, price FROM answer
 WHERE worker_id = :worker AND settlement_id IS NULL AND undone = 0 AND price > 0 AND answered_at <= :before
 ORDER BY answered_at, id
 LIMIT :limit;

-- name: settle
UPDATE answer SET settlement_id = :settlement
 WHERE id = :answer AND settlement_id IS NULL AND undone = 0;

-- name: next_due
SELECT MIN(answered_at) AS first FROM answer
 WHERE worker_id = :worker AND settlement_id IS NULL AND undone = 0 AND price > 0;
