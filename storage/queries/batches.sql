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

-- name: count_workers
SELECT COUNT(*) AS workers FROM progress WHERE batch_id = :batch;

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
-- The newest answers are undone first: once none of the session is left, an older one takes nothing from it.
UPDATE progress
   SET session_last = :now,
       session_earned = CASE WHEN session_answers + :answers < 0 THEN session_earned ELSE session_earned + :earned END,
       session_answers = CASE WHEN session_answers + :answers < 0 THEN 0 ELSE session_answers + :answers END
 WHERE batch_id = :batch AND worker_id = :worker;

-- name: of_coordinator
-- Batches before a number, newest first; everybody's for an owner.
SELECT batch.id, batch.code, batch.title, batch.state, batch.tasks
  FROM batch
 WHERE (:everything = 1 OR batch.coordinator_id = :coordinator)
   AND batch.id < :before
   AND batch.state NOT IN ('importing', 'discarded')
 ORDER BY batch.id DESC
 LIMIT :limit;

-- name: new_to
-- Whether somebody has neither heard of a batch nor worked on it, and it was published after that time.
SELECT batch.id FROM batch
 WHERE batch.id = :batch AND batch.published_at > :since
   AND NOT EXISTS (
       SELECT 1 FROM invitation
        WHERE invitation.batch_id = batch.id AND invitation.person_id = :person AND invitation.told_at IS NOT NULL)
   AND NOT EXISTS (
       SELECT 1 FROM progress WHERE progress.batch_id = batch.id AND progress.worker_id = :person);

-- name: move
UPDATE batch SET state = :target WHERE id = :batch AND state = :origin;

-- name: close
UPDATE batch SET state = 'closed', closed_at = :now WHERE id = :batch AND state IN ('open', 'paused');

-- name: reprice
UPDATE batch SET price = :price, reserved_price = :reserved WHERE id = :batch AND state IN ('open', 'paused');

-- name: defer
UPDATE batch SET deadline_at = :deadline WHERE id = :batch AND state IN ('open', 'paused');

-- name: write_guide
INSERT INTO guide (batch_id, version, content, written_at) VALUES (:batch, :version, :content, :now)
ON CONFLICT (batch_id, version) DO UPDATE SET content = excluded.content, written_at = excluded.written_at;

-- name: guided
UPDATE batch SET guide_version = :version WHERE id = :batch AND state IN ('open', 'paused');

-- name: overdue
SELECT id FROM batch WHERE state IN ('open', 'paused') AND deadline_at <= :now ORDER BY id;

-- name: unfinished
SELECT id, tasks FROM batch WHERE state IN ('open', 'paused') AND completed_at IS NULL ORDER BY id;

-- name: complete
UPDATE batch SET completed_at = :now WHERE id = :batch AND completed_at IS NULL AND published_at IS NOT NULL;

-- name: incomplete
UPDATE batch SET completed_at = NULL WHERE id = :batch AND completed_at IS NOT NULL;

-- name: long_complete
SELECT id FROM batch WHERE state IN ('open', 'paused') AND completed_at <= :before ORDER BY id;

-- name: unreleased
-- Closed batches whose last answers can't come any more: a day and a lease have passed.
SELECT id, coordinator_id FROM batch
 WHERE state = 'closed' AND released_at IS NULL AND closed_at + lease <= :before
 ORDER BY id;

-- name: release
UPDATE batch SET released_at = :now WHERE id = :batch AND state = 'closed' AND released_at IS NULL;

-- name: keep_card
UPDATE batch
   SET card_person_id = :person, card_message_id = :message, card_shown = :shown, card_shown_at = :now
 WHERE id = :batch;

-- name: follow_card
UPDATE batch SET card_shown = :shown, card_shown_at = :now WHERE id = :batch AND card_message_id = :message;

-- name: let_go
UPDATE batch SET card_person_id = NULL, card_message_id = NULL
 WHERE card_person_id = :person AND card_message_id = :message;

-- name: drop_card
UPDATE batch SET card_person_id = NULL, card_message_id = NULL WHERE id = :batch AND card_message_id = :message;

-- name: live_cards
SELECT batch.id, batch.card_message_id, batch.card_shown, batch.card_person_id, person.telegram_id, person.language,
       COALESCE(reminding.timezone, '') AS timezone
  FROM batch
  JOIN person ON person.id = batch.card_person_id
  LEFT JOIN reminding ON reminding.person_id = person.id
 WHERE batch.state IN ('open', 'paused') AND batch.card_message_id IS NOT NULL AND batch.card_shown_at <= :before
   AND person.reachable = 1
 ORDER BY batch.card_shown_at;

-- name: answers_since
SELECT COUNT(*) AS answers, CAST(COALESCE(MIN(answered_at), 0) AS BIGINT) AS first
  FROM (SELECT answered_at FROM answer
         WHERE batch_id = :batch AND undone = 0 AND labels IS NOT NULL
         ORDER BY id DESC
         LIMIT :limit) latest
 WHERE answered_at >= :since;

-- name: reasons
SELECT reason, COUNT(*) AS reports
  FROM answer
 WHERE task_id = :task AND status = 'reported' AND undone = 0 AND reason IS NOT NULL
 GROUP BY reason
 ORDER BY reports DESC, reason;
