-- name: waiting
-- The next that is asked and in no transfer yet, with where it goes.
SELECT payout.*, person.code AS worker_code, person.name, person.leaving_at,
       payee.sealed, payee.reference, payee.held_until, payee.changed_at, payee.tax_profile AS profile_now,
       (SELECT COUNT(*) FROM contradiction
         WHERE contradiction.worker_id = payout.worker_id AND said = 'paid' AND decision IS NULL) AS contradicted
  FROM payout
  JOIN person ON person.id = payout.worker_id
  LEFT JOIN payee ON payee.person_id = payout.worker_id
 WHERE payout.state = 'asked' AND payout.transfer_id IS NULL AND payout.id > :after
 ORDER BY payout.id
 LIMIT :limit;

-- name: payable
-- How many of them could be paid now.
SELECT COUNT(*) AS payouts
  FROM payout
  JOIN person ON person.id = payout.worker_id
  JOIN payee ON payee.person_id = payout.worker_id
 WHERE payout.state = 'asked' AND payout.transfer_id IS NULL
   AND (payee.sealed IS NOT NULL OR payee.reference IS NOT NULL) AND payee.held_until <= :now
   AND (payout.gross >= :least OR person.leaving_at IS NOT NULL)
   AND NOT EXISTS (SELECT 1 FROM contradiction
                    WHERE contradiction.worker_id = payout.worker_id AND said = 'paid' AND decision IS NULL);

-- name: below
-- What was asked for when less was enough.
SELECT payout.id, payout.code, payout.worker_id
  FROM payout
  JOIN person ON person.id = payout.worker_id
 WHERE payout.state = 'asked' AND payout.transfer_id IS NULL AND payout.gross < :least AND person.leaving_at IS NULL
 ORDER BY payout.id;

-- name: newest
SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) AS id FROM transfer;

-- name: lines
-- The payouts of a transfer, with where they go.
SELECT payout.*, person.code AS worker_code, person.name, person.leaving_at,
       payee.sealed, payee.reference, payee.held_until, payee.changed_at, payee.tax_profile AS profile_now,
       (SELECT COUNT(*) FROM contradiction
         WHERE contradiction.worker_id = payout.worker_id AND said = 'paid' AND decision IS NULL) AS contradicted
  FROM payout
  JOIN person ON person.id = payout.worker_id
  LEFT JOIN payee ON payee.person_id = payout.worker_id
 WHERE payout.transfer_id = :transfer
 ORDER BY payout.id;

-- name: asked
SELECT COUNT(*) AS payouts, CAST(COALESCE(SUM(gross), 0) AS BIGINT) AS gross, CAST(COALESCE(SUM(net), 0) AS BIGINT) AS net
  FROM payout
 WHERE state = 'asked' AND transfer_id IS NULL;

-- name: begin
INSERT INTO transfer (code, state, payouts, gross, income_tax, local_tax, net, made_by, made_at)
VALUES (:code, 'prepared', 0, 0, 0, 0, 0, :person, :now)
RETURNING id;

-- name: take
-- A payout joins a transfer once, with the taxes of that day.
UPDATE payout
   SET transfer_id = :transfer, income_tax = :income_tax, local_tax = :local_tax, net = :net, tax_profile = :profile
 WHERE id = :payout AND state = 'asked' AND transfer_id IS NULL;

-- name: total
UPDATE transfer
   SET payouts = :payouts, gross = :gross, income_tax = :income_tax, local_tax = :local_tax, net = :net
 WHERE id = :transfer;

-- name: find
SELECT transfer.*, maker.name AS maker, approver.name AS approver,
       (SELECT COUNT(*) FROM payout WHERE payout.transfer_id = transfer.id AND payout.state = 'paid') AS paid,
       (SELECT COUNT(*) FROM payout WHERE payout.transfer_id = transfer.id AND payout.state = 'failed') AS failed
  FROM transfer
  JOIN person maker ON maker.id = transfer.made_by
  LEFT JOIN person approver ON approver.id = transfer.approved_by
 WHERE transfer.id = :transfer;

-- name: by_code
SELECT id FROM transfer WHERE code = :code;

-- name: open
SELECT id FROM transfer WHERE state IN ('prepared', 'approved', 'sent') ORDER BY id;

-- name: last
SELECT id FROM transfer WHERE state IN ('closed', 'cancelled') ORDER BY id DESC LIMIT :limit;

-- name: fix
-- The file's digest is written down once.
UPDATE transfer SET sha256 = :sha256 WHERE id = :transfer AND sha256 IS NULL;

-- name: approve
UPDATE transfer SET state = 'approved', approved_by = :person, approved_at = :now
 WHERE id = :transfer AND state = 'prepared';

-- name: send
UPDATE transfer SET state = 'sent', sent_at = :now WHERE id = :transfer AND state = 'approved';

-- name: cancel
UPDATE transfer SET state = 'cancelled', closed_at = :now
 WHERE id = :transfer AND state IN ('prepared', 'approved');

-- name: close
-- Once the bank has said of every payout what became of it.
UPDATE transfer SET state = 'closed', closed_at = :now
 WHERE id = :transfer AND state = 'sent'
   AND NOT EXISTS (SELECT 1 FROM payout WHERE payout.transfer_id = transfer.id AND payout.state = 'sent');

-- name: move
-- All payouts of a transfer go from one state to the next.
UPDATE payout SET state = :state WHERE transfer_id = :transfer AND state = :was;

-- name: free
UPDATE payout SET state = 'asked', transfer_id = NULL WHERE transfer_id = :transfer AND state IN ('asked', 'approved');

-- name: payout
SELECT payout.*, transfer.code AS transfer_code
  FROM payout LEFT JOIN transfer ON transfer.id = payout.transfer_id
 WHERE payout.code = :code;

-- name: sent
-- Payouts of a transfer of which nobody has said yet what became of them.
SELECT code FROM payout WHERE transfer_id = :transfer AND state = 'sent' ORDER BY id LIMIT :limit;

-- name: end
UPDATE payout SET state = :state, reason = :reason, ended_at = :now WHERE id = :payout AND state = 'sent';

-- name: given
-- The codes on files that a bank has got or may have got, the newest first.
SELECT code
  FROM (SELECT code, id FROM payout
         WHERE transfer_id IS NOT NULL AND state IN ('sent', 'paid', 'failed')
         UNION ALL
        SELECT code, payout_id AS id FROM former_code) given
 ORDER BY id DESC
 LIMIT :limit;

-- name: withheld
-- Payouts that were paid, by when the bank got them, from one moment until before another.
SELECT payout.id, payout.code, payout.gross, payout.income_tax, payout.local_tax, payout.net, payout.tax_profile,
       person.code AS worker_code, transfer.code AS transfer_code,
       COALESCE(transfer.sent_at, transfer.closed_at) AS moved_at
  FROM transfer
  JOIN payout ON payout.transfer_id = transfer.id AND payout.state = 'paid'
  JOIN person ON person.id = payout.worker_id
 WHERE transfer.state <> 'prepared' AND transfer.state <> 'approved'
   AND COALESCE(transfer.sent_at, transfer.closed_at) >= :begins
   AND COALESCE(transfer.sent_at, transfer.closed_at) < :ends
   AND payout.id > :after
 ORDER BY payout.id
 LIMIT :limit;

-- name: withheld_sums
-- The same in figures, and how many the bank has said nothing of.
SELECT CAST(COALESCE(SUM(CASE WHEN payout.state = 'paid' THEN 1 ELSE 0 END), 0) AS BIGINT) AS payouts,
       CAST(COALESCE(SUM(CASE WHEN payout.state = 'sent' THEN 1 ELSE 0 END), 0) AS BIGINT) AS open,
       CAST(COALESCE(SUM(CASE WHEN payout.state = 'paid' THEN payout.income_tax + payout.local_tax ELSE 0 END), 0)
            AS BIGINT) AS taxes
  FROM transfer
  JOIN payout ON payout.transfer_id = transfer.id
 WHERE transfer.state <> 'prepared' AND transfer.state <> 'approved'
   AND COALESCE(transfer.sent_at, transfer.closed_at) >= :begins
   AND COALESCE(transfer.sent_at, transfer.closed_at) < :ends;

-- name: first_moved
SELECT CAST(COALESCE(MIN(COALESCE(sent_at, closed_at)), 0) AS BIGINT) AS first
  FROM transfer WHERE state <> 'prepared' AND state <> 'approved';
