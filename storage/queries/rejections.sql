-- name: add
INSERT INTO rejection (answer_id, batch_id, worker_id, reviewer_id, reason, guide_version, expected, was, amount, state,
                       proposed_at)
VALUES (:answer, :batch, :worker, :reviewer, :reason, :version, :expected, :was, :amount, 'proposed', :now)
RETURNING id;

-- name: find
SELECT rejection.*, batch.coordinator_id
  FROM rejection JOIN batch ON batch.id = rejection.batch_id
 WHERE rejection.id = :rejection;

-- name: any_of
-- Whether an answer was ever rejected, or proposed to be.
SELECT id FROM rejection WHERE answer_id = :answer LIMIT 1;

-- name: in_force
-- How many answers of a batch are rejected.
SELECT COUNT(*) AS rejected FROM rejection
 WHERE batch_id = :batch AND state IN ('told', 'agreed', 'appealed', 'denied');

-- name: tell
UPDATE rejection SET state = 'told', told_at = :now, second_id = :second WHERE id = :rejection AND state = 'proposed';

-- name: arrived
-- The window begins when the message goes out.
UPDATE rejection SET told_at = :now WHERE id = :rejection AND state = 'told' AND released_at IS NULL;

-- name: withdraw
UPDATE rejection SET state = 'withdrawn', decided_by = :person, decided_at = :now
 WHERE id = :rejection AND state = 'proposed';

-- name: agree
UPDATE rejection SET state = 'agreed', decided_at = :now
 WHERE id = :rejection AND state = 'told' AND released_at IS NULL;

-- name: appeal
UPDATE rejection SET state = 'appealed', appealed_at = :now, note = :note
 WHERE id = :rejection AND state = 'told' AND released_at IS NULL;

-- name: decide
UPDATE rejection SET state = :state, decided_by = :person, decided_at = :now
 WHERE id = :rejection AND state IN ('told', 'appealed') AND released_at IS NULL;

-- name: release
UPDATE rejection SET released_at = :now, returned = :returned WHERE id = :rejection AND released_at IS NULL;

-- name: reject_answer
-- The answer loses its weight and its money for now.
UPDATE answer SET rejection_id = :rejection, status = 'excluded'
 WHERE id = :answer AND undone = 0 AND status = 'counted' AND settlement_id IS NULL AND rejection_id IS NULL
   AND settles_at > :now;

-- name: restore_answer
UPDATE answer SET rejection_id = NULL, status = :status, settles_at = :now
 WHERE id = :answer AND rejection_id = :rejection;

-- name: want
-- How many answers a task wants changes together with how many count.
UPDATE task SET counted = counted + :step, wanted = CASE WHEN gold IS NULL THEN wanted + :step ELSE wanted END
 WHERE id = :task;

-- name: want_again
-- A slot for another answer, at the tail of the queue; a task that is reported gets it for when it is judged.
UPDATE task
   SET wanted = wanted + 1, open_slots = open_slots + 1,
       place = CASE WHEN state IN ('open', 'done') THEN :place ELSE NULL END
 WHERE id = :task AND state IN ('open', 'done', 'flagged') AND gold IS NULL;

-- name: gold_again
UPDATE batch SET gold_left = gold_left + 1 WHERE id = :batch;

-- name: held_back
-- Answers of a task whose money has not come back to it: so much less may its overlap grow.
SELECT COUNT(*) AS answers
  FROM answer JOIN rejection ON rejection.id = answer.rejection_id
 WHERE answer.task_id = :task AND rejection.returned = 0;

-- name: lapsed_proposals
-- Proposals that came too late: the answer is settled, about to be, or taken back.
SELECT rejection.id, rejection.reviewer_id, answer.undone, batch.code, batch.title,
       reviewer.is_coordinator + reviewer.is_owner AS rights
  FROM rejection
  JOIN answer ON answer.id = rejection.answer_id
  JOIN batch ON batch.id = rejection.batch_id
  JOIN person reviewer ON reviewer.id = rejection.reviewer_id
 WHERE rejection.state IN ('proposed', 'told', 'appealed') AND rejection.state = 'proposed'
   AND (answer.settles_at <= :now OR answer.undone = 1 OR answer.settlement_id IS NOT NULL)
 ORDER BY rejection.id
 LIMIT :limit;

-- name: undecided
SELECT id FROM rejection
 WHERE state IN ('proposed', 'told', 'appealed') AND state = 'appealed' AND appealed_at <= :before
 ORDER BY id
 LIMIT :limit;

-- name: final
-- Rejections that nobody can appeal any more. One whose worker has not been told yet, and can be, waits.
SELECT rejection.id FROM rejection JOIN person ON person.id = rejection.worker_id
 WHERE rejection.released_at IS NULL AND rejection.state IN ('told', 'agreed', 'denied')
   AND (rejection.state IN ('agreed', 'denied')
        OR (rejection.state = 'told' AND rejection.told_at <= :before
            AND NOT EXISTS (SELECT 1 FROM outbox
                             WHERE outbox.dedupe_key = 'rejected:' || CAST(rejection.id AS TEXT)
                               AND outbox.state = 'queued' AND person.reachable = 1)))
 ORDER BY rejection.told_at, rejection.id
 LIMIT :limit;

-- name: open_of
-- Whether somebody may still object, or waits for a decision.
SELECT id FROM rejection
 WHERE worker_id = :person AND released_at IS NULL AND state IN ('told', 'appealed')
 LIMIT 1;

-- name: of_worker
SELECT rejection.id, batch.code, task.number, rejection.state, rejection.reason, rejection.note, rejection.amount,
       rejection.proposed_at, rejection.told_at, rejection.appealed_at, rejection.decided_at
  FROM rejection
  JOIN batch ON batch.id = rejection.batch_id
  JOIN answer ON answer.id = rejection.answer_id
  JOIN task ON task.id = answer.task_id
 WHERE rejection.worker_id = :person
 ORDER BY rejection.id;

-- name: judged_by
SELECT batch.code, rejection.state, rejection.proposed_at, rejection.decided_at
  FROM rejection JOIN batch ON batch.id = rejection.batch_id
 WHERE rejection.reviewer_id = :person OR rejection.second_id = :person OR rejection.decided_by = :person
 ORDER BY rejection.id;

-- name: forget_notes
UPDATE rejection SET note = NULL WHERE worker_id = :person;
