-- name: recent
-- Whose the last answers of a batch are.
SELECT worker_id, COUNT(*) AS answers
  FROM (SELECT worker_id FROM answer
         WHERE batch_id = :batch AND undone = 0 AND labels IS NOT NULL
         ORDER BY id DESC
         LIMIT :limit) latest
 GROUP BY worker_id
 ORDER BY worker_id;

-- name: finished
-- What was done with the finished tasks of a batch, task by task; tasks of which there is a gold copy are left out.
SELECT finished.id, answer.worker_id, answer.labels, answer.status, answer.rejection_id
  FROM (SELECT id, number FROM task
         WHERE batch_id = :batch AND gold IS NULL AND state = 'done'
           AND NOT EXISTS (
               SELECT 1 FROM task made
                WHERE made.batch_id = task.batch_id AND made.fingerprint = task.fingerprint AND made.gold IS NOT NULL)
         ORDER BY number
         LIMIT :limit) finished
  JOIN answer ON answer.task_id = finished.id AND answer.undone = 0
 ORDER BY finished.number, answer.id;

-- name: reference
SELECT reference FROM task WHERE id = :task;

-- name: copy
-- The same task as gold; the task itself stays as it was answered.
INSERT INTO task (batch_id, number, reference, content, picture_id, gold, explanation, meta, fingerprint, state, place,
                  open_slots, counted, wanted, reports, exposure)
SELECT batch_id, CAST(:number AS BIGINT), CAST(:reference AS TEXT), content, picture_id, CAST(:gold AS BIGINT), explanation, meta, fingerprint, 'open', NULL,
       0, 0, 0, 0, 0
  FROM task WHERE id = :task;

-- name: add
UPDATE batch SET golds = golds + :golds, gold_left = gold_left + :answers
 WHERE id = :batch AND state IN ('open', 'paused');

-- name: topped
-- How often money for more gold answers was set aside.
SELECT COUNT(*) AS times FROM entry WHERE account = :account AND source LIKE 'gold:%';

-- name: payable
-- How many gold answers of a batch may still have to be paid: those that may be dealt, and those that were and may come.
SELECT batch.gold_left + (
           SELECT COUNT(*) FROM task
             JOIN assignment ON assignment.task_id = task.id AND assignment.state <> 'answered'
            WHERE task.batch_id = batch.id AND task.gold IS NOT NULL) AS answers
  FROM batch
 WHERE batch.id = :batch;
