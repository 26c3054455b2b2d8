-- name: agree
-- A consent that is in force already is not given a second time.
INSERT INTO consent (person_id, version, agreed_at) VALUES (:person, :version, :now)
ON CONFLICT (person_id, version) WHERE withdrawn_at IS NULL DO NOTHING;

-- name: withdraw
UPDATE consent SET withdrawn_at = :now WHERE person_id = :person AND withdrawn_at IS NULL;

-- name: leave
UPDATE person
   SET leaving_at = :now, forget_at = :until, consent_version = NULL, consent_at = NULL, expects = NULL,
       card_message_id = NULL, card_has_picture = 0, is_coordinator = 0, is_owner = 0
 WHERE id = :person AND leaving_at IS NULL;

-- name: stay
UPDATE person SET leaving_at = NULL, forget_at = NULL
 WHERE id = :person AND leaving_at IS NOT NULL AND forgotten_at IS NULL;

-- name: held
SELECT id, task_id, batch_id, revision FROM assignment WHERE worker_id = :person AND state = 'held' ORDER BY id;

-- name: silence
-- What was to be told goes unsaid, except for money.
UPDATE outbox SET state = 'failed' WHERE person_id = :person AND state = 'queued' AND kind <> 'paid';

-- name: drop_cards
UPDATE batch SET card_person_id = NULL, card_message_id = NULL WHERE card_person_id = :person;

-- name: heir
-- The owner who takes over: the one who came first.
SELECT id FROM person WHERE is_owner = 1 AND id <> :person AND leaving_at IS NULL ORDER BY id LIMIT 1;

-- name: posted
SELECT (SELECT COUNT(*) FROM batch WHERE coordinator_id = :person AND state <> 'discarded') AS batches,
       (SELECT COUNT(*) FROM project WHERE coordinator_id = :person) AS projects;

-- name: owed
-- What a worker has on any account of theirs but the one of paid money.
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount FROM balance
 WHERE account LIKE '%:' || CAST(:person AS TEXT) AND account <> 'paid:' || CAST(:person AS TEXT);

-- name: leaving
SELECT id, leaving_at, forget_at, reachable FROM person
 WHERE leaving_at IS NOT NULL AND forgotten_at IS NULL
 ORDER BY id;

-- name: announced
SELECT state, created_at FROM outbox WHERE dedupe_key = :key;

-- name: uploads
SELECT id, file_path FROM upload WHERE coordinator_id = :person ORDER BY id;

-- name: forget
UPDATE person
   SET telegram_id = -id, name = '', username = NULL, language = 'en', reads = 'en', expects = NULL,
       card_message_id = NULL, card_has_picture = 0, reachable = 0, is_worker = 0, all_projects = 0,
       forgotten_at = :now
 WHERE id = :person AND leaving_at IS NOT NULL AND forgotten_at IS NULL;

-- name: forget_memberships
DELETE FROM member WHERE person_id = :person;

-- name: forget_invites_used
DELETE FROM invite_use WHERE person_id = :person;

-- name: forget_messages
UPDATE outbox SET blanks = '{}', state = CASE WHEN state = 'queued' THEN 'failed' ELSE state END
 WHERE person_id = :person;

-- name: forget_uploads
UPDATE upload
   SET file_name = '', file_path = NULL, telegram_file_id = NULL, settings = '{}', asks = '[]', found = '{}',
       state = CASE WHEN state IN ('received', 'asking', 'reading') THEN 'cancelled' ELSE state END
 WHERE coordinator_id = :person;

-- name: received
-- Updates after a number in which some digits occur.
SELECT seq, raw FROM inbox
 WHERE seq > :after AND seq <= :upto AND raw LIKE '%' || CAST(:telegram AS TEXT) || '%'
 ORDER BY seq;

-- name: newest_received
SELECT CAST(COALESCE(MIN(seq), 0) AS BIGINT) AS first, CAST(COALESCE(MAX(seq), 0) AS BIGINT) AS last FROM inbox;

-- name: empty_received
-- The row stays until it is pruned, so that the same update is not taken in again.
UPDATE inbox SET raw = '{}' WHERE seq = :seq AND state <> 'new';

-- name: unlinked
-- The forgotten whose payment records nobody has to keep any more.
SELECT id FROM person
 WHERE forgotten_at IS NOT NULL AND code <> '-' || CAST(id AS TEXT)
   AND NOT EXISTS (SELECT 1 FROM payment WHERE payment.worker_id = person.id AND payment.paid_at > :before)
 ORDER BY id;

-- name: unlink
UPDATE person SET code = '-' || CAST(id AS TEXT) WHERE id = :person;

-- name: unlink_payments
UPDATE payment SET note = '' WHERE worker_id = :person;
