-- name: open
-- The payout of a worker that is on its way; there is one at most.
SELECT * FROM payout WHERE worker_id = :worker AND state IN ('asked', 'approved', 'sent');

-- name: by_id
SELECT * FROM payout WHERE id = :payout;

-- name: known
-- A code that is, or was, a payout's.
SELECT code FROM payout WHERE code = :code
 UNION ALL
SELECT code FROM former_code WHERE code = :code;

-- name: history
SELECT * FROM payout WHERE worker_id = :worker AND state IN ('paid', 'failed', 'cancelled') ORDER BY id DESC LIMIT :limit;

-- name: ask
INSERT INTO payout (code, worker_id, state, gross, income_tax, local_tax, net, tax_profile, asked_at)
VALUES (:code, :worker, 'asked', :gross, :income_tax, :local_tax, :net, :profile, :now)
RETURNING *;

-- name: withdraw
-- Only what no transfer has taken up yet.
UPDATE payout SET state = 'cancelled', ended_at = :now
 WHERE worker_id = :worker AND code = :code AND state = 'asked' AND transfer_id IS NULL
RETURNING id, gross;

-- name: choice
SELECT is_automatic FROM payout_choice WHERE person_id = :person;

-- name: choose
INSERT INTO payout_choice (person_id, is_automatic, changed_at) VALUES (:person, :automatic, :now)
ON CONFLICT (person_id) DO UPDATE SET is_automatic = excluded.is_automatic, changed_at = excluded.changed_at;

-- name: forget_choice
DELETE FROM payout_choice WHERE person_id = :person;

-- name: next_wishing
-- The next worker, by number, who has enough, says where to, and has asked for nothing since the payday began.
SELECT person.id
  FROM person
  JOIN balance ON balance.account = 'available:' || CAST(person.id AS TEXT)
  JOIN payee ON payee.person_id = person.id
  LEFT JOIN payout_choice ON payout_choice.person_id = person.id
 WHERE person.id > :after AND person.is_worker = 1 AND COALESCE(payout_choice.is_automatic, 1) = 1
   AND balance.amount >= CASE WHEN person.leaving_at IS NULL THEN :minimum ELSE :unit END
   AND (payee.sealed IS NOT NULL OR payee.reference IS NOT NULL) AND payee.held_until <= :now
   AND NOT EXISTS (SELECT 1 FROM payout
                    WHERE payout.worker_id = person.id
                      AND (payout.asked_at >= :since OR payout.state IN ('asked', 'approved', 'sent')))
 ORDER BY person.id
 LIMIT 1;

-- name: find
SELECT * FROM payout WHERE worker_id = :worker AND code = :code;

-- name: bound_for_bank
-- What a transfer that is not sent yet still needs the account for.
SELECT payout.id FROM payout JOIN transfer ON transfer.id = payout.transfer_id
 WHERE payout.worker_id = :worker AND transfer.state IN ('prepared', 'approved');
