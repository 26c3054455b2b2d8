-- name: enter
INSERT INTO entry (source, account, amount, posted_at) VALUES (:source, :account, :amount, :now)
ON CONFLICT (source, account) DO NOTHING;

-- name: entered
SELECT amount FROM entry WHERE source = :source AND account = :account;

-- name: add_to_balance
INSERT INTO balance (account, amount) VALUES (:account, :amount)
ON CONFLICT (account) DO UPDATE SET amount = balance.amount + excluded.amount;

-- name: balance
SELECT amount FROM balance WHERE account = :account;

-- name: sum
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount FROM entry WHERE account = :account;

-- name: origin
-- The account that a posting took its money from.
SELECT account FROM entry WHERE source = :source AND amount < 0 ORDER BY account LIMIT 1;
