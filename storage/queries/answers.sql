-- name: give
INSERT INTO answer (assignment_id, revision, task_id, batch_id, worker_id, labels, status, reason, undone, is_gold, price,
                    guide_version, answered_at, milliseconds, settles_at, doubt)
VALUES (:assignment, :revision, :task, :batch, :worker, :labels, :status, :reason, 0, :gold, :price,
        :guide, :now, :milliseconds, :settles_at, :doubt)
RETURNING id;

-- name: votes
SELECT labels FROM answer WHERE task_id = :task AND undone = 0 AND status = 'counted' ORDER BY id;

-- name: weigh
-- How many more of the others say another thing than say the same, for each answer of a task without gold.
UPDATE answer
   SET doubt = COALESCE((SELECT MAX(alike.votes)
                           FROM (SELECT COUNT(*) AS votes FROM answer other
                                  WHERE other.task_id = answer.task_id AND other.undone = 0
                                    AND other.status = 'counted' AND other.labels <> answer.labels
                                  GROUP BY other.labels) alike), 0)
             - (SELECT COUNT(*) FROM answer same
                 WHERE same.task_id = answer.task_id AND same.undone = 0 AND same.status = 'counted'
                   AND same.labels = answer.labels AND same.id <> answer.id)
 WHERE task_id = :task AND undone = 0 AND status = 'counted' AND settlement_id IS NULL;

-- name: recent
-- The last things that a worker did in a batch, newest first.
SELECT id, assignment_id, revision, task_id, labels, status, undone, is_gold, price, settlement_id
  FROM answer
 WHERE worker_id = :worker AND batch_id = :batch
 ORDER BY id DESC
 LIMIT :limit;

-- name: undo
UPDATE answer SET undone = 1
 WHERE id = :answer AND undone = 0 AND settlement_id IS NULL AND rejection_id IS NULL;

-- name: pace
-- The last answers of a batch, for its median seconds.
SELECT milliseconds FROM answer
 WHERE batch_id = :batch AND undone = 0 AND labels IS NOT NULL
 ORDER BY id DESC
 LIMIT :limit;
