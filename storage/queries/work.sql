-- name: shown
-- Everything that a labeling message shows of an assignment.
SELECT assignment.id, assignment.revision, assignment.draft, assignment.worker_id, assignment.batch_id,
       assignment.task_id,
       task.content, task.picture_id, picture.sha256,
       batch.title, batch.kind, batch.choices, assignment.price, batch.guide_version,
       progress.session_answers, progress.session_earned
  FROM assignment
  JOIN task ON task.id = assignment.task_id
  JOIN batch ON batch.id = assignment.batch_id
  LEFT JOIN progress ON progress.batch_id = assignment.batch_id AND progress.worker_id = assignment.worker_id
  LEFT JOIN picture ON picture.id = task.picture_id
 WHERE assignment.id = :assignment;

-- name: batch
-- What dealing needs of a batch.
SELECT batch.id, batch.state, batch.lease, batch.price, batch.reserved_price, batch.seed, batch.golds, batch.gold_left,
       batch.coordinator_id, batch.closed_at, batch.title, person.has_budget
  FROM batch JOIN person ON person.id = batch.coordinator_id
 WHERE batch.id = :batch;

-- name: last_hourly
-- What the last sessions on a batch were worth: milliseconds of work and money, worker by worker.
SELECT worker_id, CAST(SUM(milliseconds) AS BIGINT) AS milliseconds, CAST(SUM(price) AS BIGINT) AS earned
  FROM (SELECT worker_id, milliseconds, price
          FROM answer
         WHERE batch_id = :batch AND undone = 0 AND labels IS NOT NULL
         ORDER BY id DESC
         LIMIT :limit) latest
 GROUP BY worker_id;

-- name: current_guide
SELECT batch.title, guide.content
  FROM batch LEFT JOIN guide ON guide.batch_id = batch.id AND guide.version = batch.guide_version
 WHERE batch.id = :batch;

-- name: guide
SELECT content FROM guide WHERE batch_id = :batch AND version = :version;
