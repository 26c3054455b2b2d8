-- name: find
SELECT batch.*, project.title AS project_title
  FROM batch JOIN project ON project.id = batch.project_id
 WHERE batch.id = :batch;

-- name: by_code
SELECT id, coordinator_id, state FROM batch WHERE code = :code;

-- name: open_for
-- The open batches that a worker may work on, oldest first.
SELECT batch.id, batch.code, batch.title, batch.price, batch.deadline_at, batch.tasks, batch.kind
  FROM batch
 WHERE batch.state = 'open'
   AND batch.coordinator_id <> :worker
   AND (batch.language = 'any' OR :reads LIKE '%' || batch.language || '%')
   AND (:everything = 1 OR EXISTS (
        SELECT 1 FROM member WHERE member.project_id = batch.project_id AND member.person_id = :worker))
 ORDER BY batch.id;

-- name: next_place
UPDATE batch SET tail = tail + 1 WHERE id = :batch RETURNING tail;

-- name: take_gold
UPDATE batch SET gold_left = gold_left - 1 WHERE id = :batch AND gold_left > 0;

-- name: count
INSERT INTO batch_count (batch_id, shard, finished, counted, late, gold, spent, last_at)
VALUES (:batch, :shard, :finished, :counted, :late, :gold, :spent, :now)
ON CONFLICT (batch_id, shard) DO UPDATE
   SET finished = batch_count.finished + excluded.finished,
       counted = batch_count.counted + excluded.counted,
       late = batch_count.late + excluded.late,
       gold = batch_count.gold + excluded.gold,
       spent = batch_count.spent + excluded.spent,
       last_at = excluded.last_at;

-- name: counts
SELECT CAST(COALESCE(SUM(finished), 0) AS BIGINT) AS finished,
       CAST(COALESCE(SUM(counted), 0) AS BIGINT) AS counted,
       CAST(COALESCE(SUM(late), 0) AS BIGINT) AS late,
       CAST(COALESCE(SUM(gold), 0) AS BIGINT) AS gold,
       CAST(COALESCE(SUM(spent), 0) AS BIGINT) AS spent,
       CAST(COALESCE(MAX(last_at), 0) AS BIGINT) AS last_at
  FROM batch_count
 WHERE batch_id = :batch;

-- name: progress
SELECT cursor, gold_gap, gold_dealt, session_since, session_last, session_answers, session_earned
  FROM progress WHERE batch_id = :batch AND worker_id = :worker;

-- name: begin_progress
INSERT INTO progress (batch_id, worker_id, cursor, gold_gap, gold_dealt, session_since, session_last, session_answers,
                      session_earned)
VALUES (:batch, :worker, 0, :gap, 0, :now, :now, 0, 0);

-- name: move_cursor
UPDATE progress SET cursor = :cursor, gold_gap = gold_gap - 1 WHERE batch_id = :batch AND worker_id = :worker;

-- name: gold_dealt
UPDATE progress SET gold_gap = :gap, gold_dealt = gold_dealt + 1 WHERE batch_id = :batch AND worker_id = :worker;

-- name: begin_session
UPDATE progress SET session_since = :now, session_last = :now, session_answers = 0, session_earned = 0
 WHERE batch_id = :batch AND worker_id = :worker;

-- name: add_to_session
UPDATE progress
   SET session_last = :now, session_answers = session_answers + :answers, session_earned = session_earned + :earned
 WHERE batch_id = :batch AND worker_id = :worker;
