-- name: add
INSERT INTO reminder (person_id, kind, subject, blanks, state, due_at, expires_at, slice_id)
VALUES (:person, :kind, :subject, :blanks, 'waiting', :due, :expires, :slice)
ON CONFLICT (person_id, kind, subject) DO NOTHING;

-- name: expire
UPDATE reminder SET state = 'dropped' WHERE state = 'waiting' AND expires_at <= :now;

-- name: people_due
-- Who has something to be reminded of, and no other reminder on its way. Nobody writes to people who are leaving.
SELECT person.id AS person_id, MIN(reminder.due_at) AS first
  FROM reminder JOIN person ON person.id = reminder.person_id
 WHERE reminder.state = 'waiting' AND reminder.due_at <= :now
   AND person.reachable = 1 AND person.leaving_at IS NULL
   AND NOT EXISTS (
       SELECT 1 FROM reminder other WHERE other.person_id = reminder.person_id AND other.state = 'queued')
 GROUP BY person.id
 ORDER BY first, person.id
 LIMIT :limit;

-- name: due
SELECT id, kind, expires_at FROM reminder
 WHERE person_id = :person AND state = 'waiting' AND due_at <= :now
 ORDER BY due_at, id;

-- name: defer
UPDATE reminder SET due_at = :due WHERE id = :reminder AND state = 'waiting';

-- name: drop
UPDATE reminder SET state = 'dropped' WHERE id = :reminder AND state IN ('waiting', 'queued');

-- name: drop_of_slice
UPDATE reminder SET state = 'dropped' WHERE slice_id = :slice AND state IN ('waiting', 'queued');

-- name: post
INSERT INTO outbox (dedupe_key, person_id, kind, blanks, state, attempts, due_at, created_at)
VALUES (:key, :person, 'reminder', :blanks, 'queued', 0, :now, :now)
RETURNING id;

-- name: queue
UPDATE reminder SET state = 'queued', outbox_id = :message WHERE id = :reminder AND state = 'waiting';

-- name: put_back
-- It was about to be sent, but may not be any more: it waits for its next time.
UPDATE reminder SET state = 'waiting', outbox_id = NULL, due_at = :due WHERE id = :reminder AND state = 'queued';

-- name: queued
SELECT id, kind, subject, blanks, slice_id, expires_at FROM reminder
 WHERE outbox_id = :message AND person_id = :person AND state = 'queued'
 ORDER BY due_at, id;

-- name: sent
UPDATE reminder SET state = 'sent', sent_at = :now WHERE id = :reminder AND state = 'queued';

-- name: sent_since
-- When messages went out; several reminders may have shared one, while each digest is one of its own.
SELECT sent_at FROM reminder
 WHERE person_id = :person AND state = 'sent' AND sent_at >= :since
 GROUP BY COALESCE(outbox_id, -id), sent_at
 ORDER BY sent_at;

-- name: come_back_since
SELECT id FROM reminder
 WHERE person_id = :person AND kind = 'come_back' AND (state IN ('waiting', 'queued') OR sent_at > :since)
 LIMIT 1;

-- name: settled
-- Reminders whose message has gone out, or never will. Those on their way are few, so they are what is read first.
SELECT reminder.id, reminder.person_id, reminder.outbox_id, outbox.state, outbox.due_at
  FROM reminder CROSS JOIN outbox
 WHERE outbox.id = reminder.outbox_id
   AND reminder.state = 'queued' AND outbox.state IN ('sent', 'unknown', 'failed')
 ORDER BY reminder.person_id, reminder.id
 LIMIT :limit;

-- name: silence
UPDATE reminder SET state = 'dropped' WHERE person_id = :person AND state IN ('waiting', 'queued');

-- name: forget
DELETE FROM reminder WHERE person_id = :person;

-- name: lost_workers
-- Workers who want to be called back, and when they last answered or, before that, came in.
SELECT person.id, COALESCE((SELECT MAX(answer.answered_at) FROM answer WHERE answer.worker_id = person.id),
                           person.created_at) AS last_at
  FROM reminding JOIN person ON person.id = reminding.person_id
 WHERE reminding.kinds LIKE '%come_back%' AND reminding.snoozed_until <= :now AND reminding.changed_at <= :before
   AND person.is_worker = 1 AND person.reachable = 1 AND person.leaving_at IS NULL
   AND person.consent_version = :version
   AND COALESCE((SELECT MAX(answer.answered_at) FROM answer WHERE answer.worker_id = person.id), person.created_at)
    <= :before
 ORDER BY person.id;

-- name: near_deadline
-- Who has worked on a batch that ends soon, and is not at it now.
SELECT batch.id AS batch_id, batch.deadline_at, progress.worker_id
  FROM batch JOIN progress ON progress.batch_id = batch.id
 WHERE batch.state = 'open' AND batch.completed_at IS NULL
   AND batch.deadline_at > :now AND batch.deadline_at <= :soon
   AND progress.session_last <= :idle
   AND EXISTS (SELECT 1 FROM answer WHERE answer.worker_id = progress.worker_id AND answer.batch_id = batch.id)
   AND NOT EXISTS (
       SELECT 1 FROM reminder
        WHERE reminder.person_id = progress.worker_id AND reminder.kind = 'deadline'
          AND reminder.subject = 'batch:' || CAST(batch.id AS TEXT) || ':' || CAST(batch.deadline_at AS TEXT))
 ORDER BY batch.id, progress.worker_id
 LIMIT :limit;

-- name: stored
SELECT kind, state, due_at, sent_at FROM reminder WHERE person_id = :person ORDER BY id;

-- name: has_payee
SELECT person_id FROM payee WHERE person_id = :person AND (sealed IS NOT NULL OR reference IS NOT NULL);

-- name: homeless_money
-- Workers who could be paid, had they said where to, and have not been told so about this payday.
SELECT person.id
  FROM person JOIN balance ON balance.account = 'available:' || CAST(person.id AS TEXT)
 WHERE person.is_worker = 1 AND person.reachable = 1 AND person.leaving_at IS NULL AND balance.amount >= :minimum
   AND NOT EXISTS (
       SELECT 1 FROM payee
        WHERE payee.person_id = person.id AND (payee.sealed IS NOT NULL OR payee.reference IS NOT NULL))
   AND NOT EXISTS (
       SELECT 1 FROM reminder
        WHERE reminder.person_id = person.id AND reminder.kind = 'payout' AND reminder.subject = :subject)
 ORDER BY person.id
 LIMIT :limit;

-- name: prune
DELETE FROM reminder
 WHERE id IN (SELECT id FROM reminder
               WHERE state IN ('sent', 'dropped') AND expires_at < :before AND COALESCE(sent_at, 0) < :before
                 AND id <> (SELECT MAX(id) FROM reminder)
               ORDER BY expires_at
               LIMIT :limit);
