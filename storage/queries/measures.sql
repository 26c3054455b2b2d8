-- name: inbox
SELECT COUNT(*) AS pending, MIN(received_at) AS oldest FROM inbox WHERE state = 'new';

-- name: outbox
SELECT state, COUNT(*) AS messages FROM outbox GROUP BY state;

-- name: leases
SELECT COUNT(*) AS leases FROM assignment WHERE state = 'held';

-- name: answers
SELECT CAST(COALESCE(SUM(counted + late + gold), 0) AS BIGINT) AS answers FROM batch_count;

-- name: ledger
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount FROM entry;
