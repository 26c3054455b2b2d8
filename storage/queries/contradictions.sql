-- name: former
-- A payout by a code that it had in a transfer that was given up, with the amounts of that transfer.
SELECT payout.id, payout.worker_id, payout.state, payout.gross, former_code.code, former_code.transfer_id,
       former_code.income_tax, former_code.local_tax, former_code.net, former_code.tax_profile
  FROM former_code JOIN payout ON payout.id = former_code.payout_id
 WHERE former_code.code = :code;

-- name: retire
-- The payouts of a transfer are known by other codes from now on.
INSERT INTO former_code (code, payout_id, transfer_id, income_tax, local_tax, net, tax_profile)
SELECT code, id, transfer_id, income_tax, local_tax, net, tax_profile
  FROM payout WHERE id = :payout AND transfer_id IS NOT NULL;

-- name: recode
UPDATE payout SET code = :code WHERE id = :payout;

-- name: forget_former
DELETE FROM former_code WHERE code = :code;

-- name: open_of
SELECT id FROM contradiction WHERE code = :code AND decision IS NULL;

-- name: twice_of
-- Known to have been paid twice: nothing of it is left to decide.
SELECT id FROM contradiction WHERE code = :code AND said = 'paid' AND decision = 'twice';

-- name: raise
INSERT INTO contradiction (payout_id, transfer_id, worker_id, code, said, reason, reported_by, reported_at)
VALUES (:payout, :transfer, :worker, :code, :said, :reason, :person, :now)
RETURNING id;

-- name: find
SELECT contradiction.*, payout.state, payout.gross, payout.income_tax, payout.local_tax, payout.net,
       person.code AS worker_code, person.name AS worker_name, reporter.name AS reporter,
       transfer.code AS transfer_code, transfer.state AS transfer_state, transfer.made_by, transfer.approved_by
  FROM contradiction
  JOIN payout ON payout.id = contradiction.payout_id
  JOIN person ON person.id = contradiction.worker_id
  JOIN person reporter ON reporter.id = contradiction.reported_by
  JOIN transfer ON transfer.id = contradiction.transfer_id
 WHERE contradiction.id = :contradiction;

-- name: open
SELECT id FROM contradiction WHERE decision IS NULL ORDER BY id LIMIT :limit;

-- name: holding
-- Whether a bank may have paid a worker what the books still have.
SELECT id FROM contradiction WHERE worker_id = :worker AND said = 'paid' AND decision IS NULL LIMIT 1;

-- name: underway
SELECT payout.code, payout.state, payout.gross, transfer.code AS transfer_code
  FROM payout LEFT JOIN transfer ON transfer.id = payout.transfer_id
 WHERE payout.worker_id = :worker AND payout.state IN ('asked', 'approved', 'sent');

-- name: decide
UPDATE contradiction SET decision = :decision, decided_by = :person, decided_at = :now
 WHERE id = :contradiction AND decision IS NULL;

-- name: pay
-- A payout that had failed or was taken back is paid after all.
UPDATE payout SET state = 'paid', reason = NULL, ended_at = :now WHERE id = :payout AND state IN ('failed', 'cancelled');

-- name: pay_former
-- The same where the bank has paid it out of a transfer that was given up.
UPDATE payout
   SET state = 'paid', reason = NULL, ended_at = :now, transfer_id = :transfer,
       income_tax = :income_tax, local_tax = :local_tax, net = :net, tax_profile = :profile
 WHERE id = :payout AND state = 'cancelled' AND transfer_id IS NULL;

-- name: bounce
-- A payout that was paid has come back.
UPDATE payout SET state = 'failed', reason = :reason, ended_at = :now WHERE id = :payout AND state = 'paid';

-- name: of_worker
SELECT code, said, reason, reported_at, decision, decided_at FROM contradiction WHERE worker_id = :person ORDER BY id;
