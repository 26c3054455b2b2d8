-- name: of
SELECT person_id, sealed, last_digits, reference, tax_profile, held_until, changed_at FROM payee WHERE person_id = :person;

-- name: one_sealed
-- Any that needs the key to be read.
SELECT sealed FROM payee WHERE sealed IS NOT NULL ORDER BY changed_at DESC LIMIT 1;

-- name: end_links
UPDATE payee_link SET expires_at = :now WHERE person_id = :person AND used_at IS NULL AND expires_at > :now;

-- name: drop_links
DELETE FROM payee_link WHERE person_id = :person AND expires_at <= :before;

-- name: offer_link
INSERT INTO payee_link (token_hash, person_id, expires_at) VALUES (:hash, :person, :expires);

-- name: link
SELECT payee_link.person_id, payee_link.expires_at, payee_link.used_at, payee_link.message_id, person.language,
       COALESCE(reminding.timezone, '') AS timezone
  FROM payee_link JOIN person ON person.id = payee_link.person_id
  LEFT JOIN reminding ON reminding.person_id = person.id
 WHERE payee_link.token_hash = :hash;

-- name: disclosed
SELECT last_digits, reference, tax_profile, NULLIF(held_until, 0) AS held_until, changed_at FROM payee WHERE person_id = :person;

-- name: links
SELECT expires_at, used_at FROM payee_link WHERE person_id = :person ORDER BY expires_at;

-- name: sent
UPDATE payee_link SET message_id = :message WHERE token_hash = :hash;

-- name: use_link
UPDATE payee_link SET used_at = :now WHERE token_hash = :hash AND used_at IS NULL AND expires_at > :now;

-- name: save
INSERT INTO payee (person_id, sealed, last_digits, reference, tax_profile, held_until, changed_at)
VALUES (:person, :sealed, :digits, :reference, :profile, :held, :now)
ON CONFLICT (person_id) DO UPDATE
   SET sealed = excluded.sealed, last_digits = excluded.last_digits, reference = excluded.reference,
       tax_profile = excluded.tax_profile, held_until = excluded.held_until, changed_at = excluded.changed_at;

-- name: hold
UPDATE payee SET held_until = :until WHERE person_id = :person;

-- name: tax
UPDATE payee SET tax_profile = :profile WHERE person_id = :person;

-- name: forget
DELETE FROM payee WHERE person_id = :person;

-- name: forget_links
DELETE FROM payee_link WHERE person_id = :person;
