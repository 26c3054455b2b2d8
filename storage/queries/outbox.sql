-- name: queue
INSERT INTO outbox (dedupe_key, person_id, kind, blanks, state, attempts, due_at, created_at)
VALUES (:key, :person, :kind, :blanks, 'queued', 0, :now, :now)
ON CONFLICT (dedupe_key) DO NOTHING;

-- name: due
-- Somebody who is leaving hears of their money and of being forgotten, and of nothing else.
SELECT outbox.id, outbox.kind, outbox.blanks, outbox.attempts, outbox.person_id, person.telegram_id, person.language,
       COALESCE(reminding.timezone, '') AS timezone
  FROM outbox JOIN person ON person.id = outbox.person_id
  LEFT JOIN reminding ON reminding.person_id = person.id
 WHERE outbox.state = 'queued' AND outbox.due_at <= :now AND person.reachable = 1
   AND (person.leaving_at IS NULL OR outbox.kind IN ('paid', 'payout_asked', 'payout_paid', 'payout_failed', 'payout_late', 'forgetting', 'bonus', 'adjusted', 'rejected', 'judged', 'payee_saved', 'payee_changed', 'payee_released', 'payee_taxed'))
 ORDER BY outbox.due_at, outbox.id
 LIMIT :limit;

-- name: mark
-- A message is taken for sending only while it is queued.
UPDATE outbox SET state = :state, attempts = attempts + :attempted, due_at = :due
 WHERE id = :message AND (:state <> 'sending' OR state = 'queued');

-- name: waits
-- Whether a message whose key begins so still waits to be sent.
SELECT id FROM outbox
 WHERE state = 'queued' AND person_id = :person AND SUBSTR(dedupe_key, 1, LENGTH(:beginning)) = :beginning
 LIMIT 1;

-- name: interrupted
UPDATE outbox SET state = 'unknown' WHERE state = 'sending';

-- name: prune
-- What is told once for good stays, and so does the newest, so that no number is ever given again.
DELETE FROM outbox
 WHERE id IN (SELECT id FROM outbox
               WHERE state IN ('sent', 'unknown', 'failed') AND kind NOT IN ('short', 'forgetting')
                 AND due_at < :before AND id <> (SELECT MAX(id) FROM outbox)
                 AND NOT EXISTS (SELECT 1 FROM reminder WHERE reminder.outbox_id = outbox.id)
               LIMIT :limit);
