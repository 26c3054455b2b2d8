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

-- name: is_leaving
SELECT id FROM person WHERE id = :person AND leaving_at IS NOT NULL;

-- name: held
SELECT id, task_id, batch_id, revision FROM assignment WHERE worker_id = :person AND state = 'held' ORDER BY id;

-- name: silence
-- What was to be told goes unsaid, except for money.
UPDATE outbox SET state = 'failed' WHERE person_id = :person AND state = 'queued' AND kind NOT IN ('paid', 'payout_paid', 'payout_failed', 'payout_late', 'bonus', 'adjusted', 'rejected', 'judged', 'payee_saved', 'payee_changed', 'payee_released', 'payee_taxed');

-- name: drop_cards
UPDATE batch SET card_person_id = NULL, card_message_id = NULL WHERE card_person_id = :person;

-- name: heir
-- The owner who takes over: the one who came first.
SELECT id FROM person WHERE is_owner = 1 AND id <> :person AND leaving_at IS NULL ORDER BY id LIMIT 1;

-- name: posted
SELECT (SELECT COUNT(*) FROM batch WHERE coordinator_id = :person AND state <> 'discarded') AS batches,
       (SELECT COUNT(*) FROM project WHERE coordinator_id = :person) AS projects;

-- name: owed
-- What a worker has earned and neither been paid nor taxed for.
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount FROM balance
 WHERE account = 'pending:' || CAST(:person AS TEXT) OR account = 'available:' || CAST(:person AS TEXT)
    OR account = 'payout:' || CAST(:person AS TEXT);

-- name: leaving
SELECT id, leaving_at, forget_at, reachable FROM person
 WHERE leaving_at IS NOT NULL AND forgotten_at IS NULL
 ORDER BY id;

-- name: announced
SELECT state, created_at FROM outbox WHERE dedupe_key = :key;

-- name: uploads
SELECT id FROM upload WHERE coordinator_id = :person ORDER BY id;

-- name: forget
UPDATE person
   SET telegram_id = -id, name = '', username = NULL, language = 'en', reads = 'en', expects = NULL,
       card_message_id = NULL, card_has_picture = 0, reachable = 0, is_worker = 0, all_projects = 0,
       forgotten_at = :now
 WHERE id = :person AND leaving_at IS NOT NULL AND forgotten_at IS NULL;

-- name: forget_pace
DELETE FROM chat_pace WHERE chat_id = (SELECT telegram_id FROM person WHERE id = :person);

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
SELECT seq, raw, state, received_at FROM inbox
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
   AND NOT EXISTS (SELECT 1 FROM payout
                    WHERE payout.worker_id = person.id AND payout.state = 'paid' AND payout.ended_at > :before)
 ORDER BY id;

-- name: unlink
UPDATE person SET code = '-' || CAST(id AS TEXT) WHERE id = :person;

-- name: unlink_payments
UPDATE payment SET note = '' WHERE worker_id = :person;

-- name: unlink_adjustments
UPDATE adjustment SET reason = '' WHERE worker_id = :person;

-- name: bonuses
SELECT batch.code, batch.title, bonus.amount, bonus.earned_at
  FROM bonus
  JOIN bonus_rule ON bonus_rule.id = bonus.rule_id
  JOIN batch ON batch.id = bonus_rule.batch_id
 WHERE bonus.worker_id = :person
 ORDER BY bonus.id;

-- name: bonus_rules
SELECT batch.code, bonus_rule.measure, bonus_rule.threshold, bonus_rule.amount, bonus_rule.most AS ceiling, bonus_rule.state,
       bonus_rule.made_at, bonus_rule.ended_at
  FROM bonus_rule JOIN batch ON batch.id = bonus_rule.batch_id
 WHERE bonus_rule.made_by = :person
 ORDER BY bonus_rule.id;

-- name: adjustments
SELECT amount, reason, made_at FROM adjustment WHERE worker_id = :person ORDER BY id;

-- name: adjustments_made
-- What an owner has corrected; of whom is the others' affair.
SELECT amount, made_at FROM adjustment WHERE made_by = :person ORDER BY id;

-- name: consents
SELECT version, agreed_at, withdrawn_at FROM consent WHERE person_id = :person ORDER BY id;

-- name: memberships
SELECT project.title, member.joined_at FROM member JOIN project ON project.id = member.project_id
 WHERE member.person_id = :person
 ORDER BY member.joined_at, project.id;

-- name: invites_used
SELECT invite.role, invite_use.used_at, project.title
  FROM invite_use
  JOIN invite ON invite.id = invite_use.invite_id
  LEFT JOIN project ON project.id = invite.project_id
 WHERE invite_use.person_id = :person
 ORDER BY invite_use.used_at, invite.id;

-- name: invites_made
SELECT role, uses_left, expires_at, created_at FROM invite WHERE created_by = :person ORDER BY id;

-- name: settings_made
SELECT name, value, changed_at FROM setting WHERE changed_by = :person ORDER BY name;

-- name: projects
SELECT title, created_at FROM project WHERE coordinator_id = :person ORDER BY id;

-- name: batches
SELECT code, title, state, created_at FROM batch WHERE coordinator_id = :person ORDER BY id;

-- name: files
SELECT file_name, state, created_at FROM upload WHERE coordinator_id = :person ORDER BY id;

-- name: sessions
SELECT batch.code, progress.session_since, progress.session_last, progress.session_answers, progress.session_earned
  FROM progress JOIN batch ON batch.id = progress.batch_id
 WHERE progress.worker_id = :person
 ORDER BY batch.id;

-- name: open_tasks
SELECT batch.code, task.number, assignment.state, assignment.leased_at, assignment.shown_at, assignment.lease_until
  FROM assignment
  JOIN task ON task.id = assignment.task_id
  JOIN batch ON batch.id = assignment.batch_id
 WHERE assignment.worker_id = :person AND assignment.state IN ('held', 'expired') AND assignment.leased_at > 0
 ORDER BY assignment.id;

-- name: balances
SELECT account, amount FROM balance WHERE account LIKE '%:' || CAST(:person AS TEXT) ORDER BY account;

-- name: settlements
SELECT answers, amount, settled_at FROM settlement WHERE worker_id = :person ORDER BY id;

-- name: deeds
SELECT action, detail, done_at FROM deed WHERE person_id = :person ORDER BY id;

-- name: fundings
SELECT amount, note, funded_at FROM funding WHERE coordinator_id = :person ORDER BY id;

-- name: payments
SELECT amount, note, paid_at FROM payment WHERE worker_id = :person ORDER BY id;

-- name: payouts
SELECT code, state, gross, income_tax, local_tax, net, tax_profile, reason, asked_at, ended_at
  FROM payout WHERE worker_id = :person
 ORDER BY id;

-- name: payout_choice
SELECT is_automatic, changed_at FROM payout_choice WHERE person_id = :person;

-- name: messages
-- What somebody was or is to be told, after one of those messages.
SELECT id AS mark, created_at AS moment, kind, state, due_at FROM outbox
 WHERE person_id = :person AND (created_at, id) > (:moment, :mark)
 ORDER BY created_at, id
 LIMIT :limit;

-- name: pace
SELECT halvings, limited_at, stopped_until FROM chat_pace
 WHERE chat_id = (SELECT telegram_id FROM person WHERE id = :person);

-- name: answers
-- A worker's answers after one of them. Whether a task is gold is not among the columns, nor is its own id.
SELECT answer.id AS mark, answer.answered_at AS moment, batch.code, batch.title, batch.choices, task.number,
       answer.labels, answer.status, answer.reason, answer.undone, answer.price, answer.milliseconds,
       answer.guide_version, answer.settlement_id
  FROM answer
  JOIN batch ON batch.id = answer.batch_id
  JOIN task ON task.id = answer.task_id
 WHERE answer.worker_id = :person AND (answer.answered_at, answer.id) > (:moment, :mark)
 ORDER BY answer.answered_at, answer.id
 LIMIT :limit;

-- name: entries
-- The entries of an account after one of them.
SELECT source AS mark, posted_at AS moment, account, amount
  FROM entry
 WHERE account = :account AND (posted_at, source) > (:moment, :mark)
 ORDER BY posted_at, source
 LIMIT :limit;

-- name: count_answers
SELECT COUNT(*) AS answers FROM answer WHERE worker_id = :person AND undone = 0 AND labels IS NOT NULL;
