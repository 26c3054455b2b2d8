-- name: history
-- A worker's answers before a moment, newest first. Whether a task is gold is not among the columns.
SELECT answer.id, answer.answered_at, answer.labels, answer.price, answer.settlement_id, answer.rejection_id,
       rejection.state AS rejection, batch.title, batch.choices, task.content, task.picture_id, picture.sha256
  FROM answer
  JOIN batch ON batch.id = answer.batch_id
  JOIN task ON task.id = answer.task_id
  LEFT JOIN rejection ON rejection.id = answer.rejection_id
  LEFT JOIN picture ON picture.id = task.picture_id
 WHERE answer.worker_id = :worker AND answer.undone = 0 AND answer.labels IS NOT NULL
   AND (answer.answered_at, answer.id) < (:at, :answer)
 ORDER BY answer.answered_at DESC, answer.id DESC
 LIMIT :limit;

-- name: later_history
-- A worker's answers after a moment, oldest first.
SELECT answer.id, answer.answered_at, answer.labels, answer.price, answer.settlement_id, answer.rejection_id,
       rejection.state AS rejection, batch.title, batch.choices, task.content, task.picture_id, picture.sha256
  FROM answer
  JOIN batch ON batch.id = answer.batch_id
  JOIN task ON task.id = answer.task_id
  LEFT JOIN rejection ON rejection.id = answer.rejection_id
  LEFT JOIN picture ON picture.id = task.picture_id
 WHERE answer.worker_id = :worker AND answer.undone = 0 AND answer.labels IS NOT NULL
   AND (answer.answered_at, answer.id) > (:at, :answer)
 ORDER BY answer.answered_at, answer.id
 LIMIT :limit;

-- name: given
SELECT answer.id, answer.answered_at, answer.labels, answer.price, answer.settlement_id, answer.rejection_id,
       rejection.state AS rejection, batch.title, batch.choices, task.content, task.picture_id, picture.sha256
  FROM answer
  JOIN batch ON batch.id = answer.batch_id
  JOIN task ON task.id = answer.task_id
  LEFT JOIN rejection ON rejection.id = answer.rejection_id
  LEFT JOIN picture ON picture.id = task.picture_id
 WHERE answer.id = :answer AND answer.worker_id = :worker AND answer.undone = 0 AND answer.labels IS NOT NULL;

-- name: moment
SELECT answered_at FROM answer WHERE id = :answer AND worker_id = :worker;

-- name: between
-- What a worker earned from one moment until before another.
SELECT CAST(COALESCE(SUM(price), 0) AS BIGINT) AS amount, COUNT(*) AS answers
  FROM answer
 WHERE worker_id = :worker AND answered_at >= :begins AND answered_at < :ends
   AND undone = 0 AND rejection_id IS NULL AND labels IS NOT NULL;

-- name: by_batch
-- The same, batch by batch; the largest first.
SELECT earned.batch_id, batch.title, earned.amount, earned.answers
  FROM (SELECT batch_id, CAST(SUM(price) AS BIGINT) AS amount, COUNT(*) AS answers
          FROM answer
         WHERE worker_id = :worker AND answered_at >= :begins AND answered_at < :ends
           AND undone = 0 AND rejection_id IS NULL AND labels IS NOT NULL
         GROUP BY batch_id) earned
  JOIN batch ON batch.id = earned.batch_id
 ORDER BY earned.amount DESC, earned.batch_id;

-- name: due
-- The next worker, by number, with an answer whose review time is over.
SELECT worker_id FROM answer
 WHERE worker_id > :after AND settlement_id IS NULL AND rejection_id IS NULL AND undone = 0 AND price > 0
   AND settles_at <= :now
 ORDER BY worker_id
 LIMIT 1;

-- name: next_settling
SELECT MIN(settles_at) AS settles_at FROM answer
 WHERE worker_id = :worker AND settlement_id IS NULL AND rejection_id IS NULL AND undone = 0 AND price > 0;

-- name: coming
-- What becomes available to a worker from one moment until before another, and when the first of it does.
SELECT MIN(settles_at) AS settles_at, CAST(COALESCE(SUM(price), 0) AS BIGINT) AS amount FROM answer
 WHERE worker_id = :worker AND settlement_id IS NULL AND rejection_id IS NULL AND undone = 0 AND price > 0
   AND settles_at >= :begins AND settles_at < :ends;

-- name: begin_settlement
INSERT INTO settlement (worker_id, answers, amount, settled_at) VALUES (:worker, 0, 0, :now) RETURNING id;

-- name: settle
-- The oldest answers of a worker whose review time is over join a settlement.
UPDATE answer SET settlement_id = :settlement
 WHERE settlement_id IS NULL AND rejection_id IS NULL AND undone = 0
   AND id IN (SELECT id FROM answer
               WHERE worker_id = :worker AND settlement_id IS NULL AND rejection_id IS NULL AND undone = 0
                 AND price > 0 AND settles_at <= :now
               ORDER BY settles_at, id
               LIMIT :limit)
RETURNING price;

-- name: end_settlement
UPDATE settlement SET answers = :answers, amount = :amount WHERE id = :settlement;

-- name: pay
INSERT INTO payment (worker_id, amount, note, paid_at) VALUES (:worker, :amount, :note, :now) RETURNING id;

-- name: payable
SELECT person.id, person.code, person.name, balance.amount
  FROM person
  JOIN balance ON balance.account = 'available:' || CAST(person.id AS TEXT)
 WHERE balance.amount > 0
 ORDER BY person.name, person.id;

-- name: violated
SELECT name FROM violation ORDER BY name;

-- name: forget_violations
DELETE FROM violation;

-- name: remember_violation
INSERT INTO violation (name, what, found_at) VALUES (:name, :what, :now)
ON CONFLICT (name, what) DO NOTHING;
