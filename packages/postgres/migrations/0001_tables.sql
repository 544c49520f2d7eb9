-- The truth. Amounts are unsigned 64-bit numbers in base units, moments Unix milliseconds. docs/spec/database.md.

CREATE DOMAIN record_id AS text COLLATE "C" CONSTRAINT record_id_length CHECK (length(VALUE) BETWEEN 1 AND 64);
CREATE DOMAIN amount_u64 AS numeric(20, 0) CONSTRAINT amount_u64_range CHECK (VALUE BETWEEN 0 AND 18446744073709551615);
CREATE DOMAIN unix_ms AS bigint CONSTRAINT unix_ms_range CHECK (VALUE BETWEEN 0 AND 9007199254740991);
CREATE DOMAIN meter_name AS text COLLATE "C" CONSTRAINT meter_name_form CHECK (VALUE ~ '^[!-~]{1,160}$');
CREATE DOMAIN sha256_hex AS text COLLATE "C" CONSTRAINT sha256_hex_form CHECK (VALUE ~ '^[0-9a-f]{64}$');

CREATE TABLE wallets (
  id record_id CONSTRAINT wallets_id PRIMARY KEY,
  name text NOT NULL,
  state text NOT NULL,
  multisig text NOT NULL,
  vault text NOT NULL,
  owner_address text NOT NULL,
  agent_address text NOT NULL,
  create_key text NOT NULL,
  fee_account text NOT NULL,
  recovery_address text,
  policy_revision integer,
  time_lock_seconds integer NOT NULL CONSTRAINT wallets_time_lock CHECK (time_lock_seconds >= 0),
  frozen_reason text,
  -- The approval by which its keys are being changed.
  rekeying_by record_id,
  created_at_ms unix_ms NOT NULL,
  -- The moment of the latest reservation or settlement: the wallet's clock never stands before it.
  last_decision_at_ms unix_ms NOT NULL DEFAULT 0,
  -- Two records over one vault would count its budgets twice over.
  CONSTRAINT wallets_multisig_once UNIQUE (multisig),
  CONSTRAINT wallets_frozen_reason CHECK (frozen_reason IS NULL OR state = 'frozen')
) WITH (fillfactor = 70);

-- The wallets of one owner, for budgets that count them together.
CREATE INDEX wallets_of_owner ON wallets (owner_address);

CREATE TABLE policy_revisions (
  wallet_id record_id NOT NULL,
  revision integer NOT NULL CONSTRAINT policy_revisions_from_one CHECK (revision >= 1),
  state text NOT NULL,
  text text NOT NULL,
  policy_sha256 sha256_hex NOT NULL,
  bounds bytea NOT NULL,
  bounds_sha256 sha256_hex NOT NULL,
  limits json NOT NULL,
  created_at_ms unix_ms NOT NULL,
  activated_at_ms unix_ms,
  -- A proposal that came to nothing leaves its number to the next one.
  proposal bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT policy_revisions_id PRIMARY KEY,
  CONSTRAINT policy_revisions_wallet FOREIGN KEY (wallet_id) REFERENCES wallets (id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT policy_revisions_activation CHECK ((activated_at_ms IS NOT NULL) = (state IN ('active', 'superseded')))
);
CREATE UNIQUE INDEX policy_revisions_one_active ON policy_revisions (wallet_id) WHERE state = 'active';
CREATE UNIQUE INDEX policy_revisions_number_once ON policy_revisions (wallet_id, revision) WHERE state <> 'void';

CREATE TABLE credentials (
  id record_id CONSTRAINT credentials_id PRIMARY KEY,
  role text NOT NULL CONSTRAINT credentials_role CHECK (role IN ('agent', 'operator', 'owner')),
  wallet_id record_id,
  -- The owner who signed in, for whom the credential is a session.
  owner_address text,
  label text NOT NULL,
  hash bytea NOT NULL CONSTRAINT credentials_hash_length CHECK (length(hash) = 32),
  created_at_ms unix_ms NOT NULL,
  revoked_at_ms unix_ms,
  -- When a session ends by itself, by the database's clock.
  expires_at_ms unix_ms,
  CONSTRAINT credentials_hash_once UNIQUE (hash),
  CONSTRAINT credentials_wallet FOREIGN KEY (wallet_id) REFERENCES wallets (id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT credentials_scope CHECK (
    (role = 'agent') = (wallet_id IS NOT NULL) AND num_nonnulls(owner_address, expires_at_ms) = CASE role WHEN 'owner' THEN 2 ELSE 0 END
  ),
  CONSTRAINT credentials_ends_later CHECK (expires_at_ms > created_at_ms)
);
CREATE INDEX credentials_of_wallet ON credentials (wallet_id, id);
CREATE INDEX credentials_ending ON credentials (expires_at_ms, id) WHERE expires_at_ms IS NOT NULL;

CREATE TABLE transaction_requests (
  id record_id CONSTRAINT transaction_requests_id PRIMARY KEY,
  wallet_id record_id NOT NULL,
  credential_id record_id NOT NULL,
  state text NOT NULL,
  -- What is asked for: a payment, or a complete message with what its lookup tables held.
  asset text,
  amount amount_u64,
  recipient text COLLATE "C",
  memo text,
  call_message bytea,
  call_pins json,
  effects json NOT NULL CONSTRAINT transaction_requests_effects CHECK (json_typeof(effects) = 'array'),
  route text CONSTRAINT transaction_requests_route CHECK (route IN ('autonomous', 'delayed', 'countersigned')),
  decision json NOT NULL,
  intent bytea,
  signature text,
  problem text,
  created_at_ms unix_ms NOT NULL,
  updated_at_ms unix_ms NOT NULL,
  CONSTRAINT transaction_requests_wallet FOREIGN KEY (wallet_id) REFERENCES wallets (id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT transaction_requests_credential FOREIGN KEY (credential_id) REFERENCES credentials (id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT transaction_requests_one_action CHECK (
    CASE WHEN call_message IS NULL
      THEN num_nulls(asset, amount, recipient) = 0 AND call_pins IS NULL
      ELSE num_nonnulls(asset, amount, recipient, memo) = 0 AND call_pins IS NOT NULL AND json_typeof(call_pins) = 'array'
    END
  )
) WITH (fillfactor = 60);
CREATE INDEX transaction_requests_of_wallet ON transaction_requests (wallet_id, id);
CREATE INDEX transaction_requests_undecided ON transaction_requests (updated_at_ms, id) WHERE state = 'received';
-- What a decision asks about the past: each answer is at the end of an index, however long the past is.
CREATE INDEX transaction_requests_ended ON transaction_requests (wallet_id, state, updated_at_ms) WHERE state IN ('denied', 'failed', 'finalized');
CREATE INDEX transaction_requests_paid ON transaction_requests (wallet_id, recipient) WHERE state = 'finalized' AND recipient IS NOT NULL;

CREATE TABLE approvals (
  id record_id CONSTRAINT approvals_id PRIMARY KEY,
  wallet_id record_id NOT NULL,
  kind text NOT NULL CONSTRAINT approvals_kind CHECK (kind IN ('create_wallet', 'install_policy', 'approve_payment', 'unfreeze',
    'rotate_agent_key', 'replace_owner_key', 'revoke_agent_key', 'arm_lockdown', 'make_recovery_kit')),
  state text NOT NULL,
  request_id record_id,
  policy_revision integer,
  -- What it changes about the wallet's keys: {"agent", "owner", "recovery", "feeAccount", "consentOf", "reason"}.
  change json,
  prepared json,
  problem text,
  created_at_ms unix_ms NOT NULL,
  expires_at_ms unix_ms NOT NULL,
  -- When a delayed payment goes without the owner.
  releases_at_ms unix_ms CONSTRAINT approvals_released_is_payment CHECK (releases_at_ms IS NULL OR kind = 'approve_payment'),
  CONSTRAINT approvals_wallet FOREIGN KEY (wallet_id) REFERENCES wallets (id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT approvals_request FOREIGN KEY (request_id) REFERENCES transaction_requests (id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT approvals_payment CHECK ((kind = 'approve_payment') = (request_id IS NOT NULL)),
  -- INVARIANT I8: a kind exchanges the key that it names and no other.
  CONSTRAINT approvals_change CHECK (
    CASE WHEN change IS NULL THEN kind NOT IN ('rotate_agent_key', 'replace_owner_key')
      ELSE change ->> 'feeAccount' IS NOT NULL AND CASE kind
        WHEN 'rotate_agent_key' THEN change ->> 'agent' IS NOT NULL AND change ->> 'owner' IS NULL AND change ->> 'consentOf' IS NOT DISTINCT FROM 'owner'
        WHEN 'replace_owner_key' THEN change ->> 'agent' IS NULL AND change ->> 'owner' IS NOT NULL AND coalesce(change ->> 'consentOf', '') IN ('owner', 'recovery')
        ELSE kind IN ('create_wallet', 'install_policy') AND change ->> 'agent' IS NULL AND change ->> 'owner' IS NULL
          AND change ->> 'consentOf' IS NOT DISTINCT FROM 'owner'
      END
    END
  ),
  -- What the owner consented to is never released beside.
  CONSTRAINT approvals_executing_is_not_released CHECK (state <> 'executing' OR releases_at_ms IS NULL)
);
CREATE INDEX approvals_of_wallet ON approvals (wallet_id, id);
CREATE INDEX approvals_of_request ON approvals (request_id, id) WHERE request_id IS NOT NULL;
CREATE UNIQUE INDEX approvals_one_open_per_request ON approvals (request_id) WHERE request_id IS NOT NULL AND state IN ('waiting', 'executing');
CREATE UNIQUE INDEX approvals_one_open_per_key_change ON approvals (wallet_id, kind)
  WHERE kind IN ('rotate_agent_key', 'replace_owner_key', 'revoke_agent_key') AND state IN ('waiting', 'executing');
CREATE INDEX approvals_waiting ON approvals (expires_at_ms, id) WHERE state = 'waiting' AND releases_at_ms IS NULL;
CREATE INDEX approvals_released ON approvals (releases_at_ms, id) WHERE state = 'waiting' AND releases_at_ms IS NOT NULL;

-- What an attempt holds of the budgets: {"alone": boolean, "amounts": [{"meter": text, "amount": decimal text}, …]}, 1 to 256 meters, each once.
CREATE FUNCTION is_holding(holding jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF jsonb_typeof(holding -> 'alone') IS DISTINCT FROM 'boolean' OR jsonb_typeof(holding -> 'amounts') IS DISTINCT FROM 'array'
    OR holding - 'alone' - 'amounts' <> '{}' THEN RETURN false; END IF;
  RETURN (
    SELECT count(*) BETWEEN 1 AND 256 AND count(*) = count(DISTINCT entry ->> 'meter') AND bool_and(
      entry = jsonb_build_object('meter', entry ->> 'meter', 'amount', entry ->> 'amount')
      AND entry ->> 'meter' ~ '^[!-~]{1,160}$'
      AND CASE WHEN entry ->> 'amount' ~ '^(0|[1-9][0-9]{0,19})$' THEN (entry ->> 'amount')::numeric <= 18446744073709551615 ELSE false END)
    FROM jsonb_array_elements(holding -> 'amounts') AS entry
  );
END $$;

CREATE TABLE attempts (
  id record_id CONSTRAINT attempts_id PRIMARY KEY,
  wallet_id record_id NOT NULL,
  request_id record_id,
  approval_id record_id,
  step integer NOT NULL CONSTRAINT attempts_step CHECK (step >= 0),
  state text NOT NULL,
  message bytea NOT NULL,
  last_valid_block_height amount_u64 NOT NULL,
  wire bytea,
  signature text,
  holding jsonb,
  alone boolean GENERATED ALWAYS AS ((holding ->> 'alone')::boolean) STORED,
  problem text,
  created_at_ms unix_ms NOT NULL,
  CONSTRAINT attempts_wallet FOREIGN KEY (wallet_id) REFERENCES wallets (id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT attempts_request FOREIGN KEY (request_id) REFERENCES transaction_requests (id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT attempts_approval FOREIGN KEY (approval_id) REFERENCES approvals (id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT attempts_belongs CHECK (request_id IS NOT NULL OR approval_id IS NOT NULL),
  -- INVARIANT I2: bytes that were signed are here, and only those.
  CONSTRAINT attempts_signed_has_wire CHECK (
    CASE WHEN state IN ('prepared', 'withdrawn') THEN wire IS NULL AND signature IS NULL ELSE wire IS NOT NULL AND signature IS NOT NULL END
  )
) WITH (fillfactor = 60);
-- INVARIANT I3: of a request's attempts at most one may still land or has landed.
CREATE UNIQUE INDEX attempts_one_effect_per_request ON attempts (request_id)
  WHERE request_id IS NOT NULL AND state IN ('prepared', 'signed', 'submitted', 'confirmed', 'unknown', 'finalized');
-- INVARIANT I3: two attempts with the same signature are the same bytes; one landing would settle both.
CREATE UNIQUE INDEX attempts_signature_once ON attempts (signature) WHERE signature IS NOT NULL;
CREATE INDEX attempts_of_request ON attempts (request_id, created_at_ms, id) WHERE request_id IS NOT NULL;
CREATE INDEX attempts_of_approval ON attempts (approval_id, step) WHERE approval_id IS NOT NULL;
CREATE INDEX attempts_unsettled ON attempts (created_at_ms, id) WHERE state IN ('prepared', 'signed', 'submitted', 'confirmed', 'unknown');
CREATE INDEX attempts_of_wallet ON attempts (wallet_id, state, created_at_ms, id);
-- What the agent signed, or is about to sign, without the owner, and that is not proven void.
CREATE INDEX attempts_alone ON attempts (wallet_id, created_at_ms) WHERE alone AND state NOT IN ('failed', 'expired', 'withdrawn');

CREATE TABLE idempotency_keys (
  credential_id record_id NOT NULL,
  key text COLLATE "C" NOT NULL CONSTRAINT idempotency_keys_length CHECK (length(key) BETWEEN 1 AND 255),
  fingerprint text NOT NULL,
  request_id record_id NOT NULL,
  created_at_ms unix_ms NOT NULL,
  -- The first answer, byte for byte.
  answer_status integer CONSTRAINT idempotency_keys_status CHECK (answer_status BETWEEN 100 AND 599),
  answer_body text,
  CONSTRAINT idempotency_keys_id PRIMARY KEY (credential_id, key),
  CONSTRAINT idempotency_keys_answer CHECK (num_nulls(answer_status, answer_body) IN (0, 2)),
  CONSTRAINT idempotency_keys_request FOREIGN KEY (request_id) REFERENCES transaction_requests (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at_ms);

-- INVARIANT I6: a nonce is used once.
CREATE TABLE used_statements (
  wallet_id record_id NOT NULL,
  nonce text COLLATE "C" NOT NULL,
  text text NOT NULL,
  signature bytea NOT NULL,
  -- The new owner's, where the owner key is replaced.
  second_signature bytea,
  -- The revision that an installing statement names; null for the others.
  revision integer,
  used_at_ms unix_ms NOT NULL,
  CONSTRAINT used_statements_id PRIMARY KEY (wallet_id, nonce),
  CONSTRAINT used_statements_wallet FOREIGN KEY (wallet_id) REFERENCES wallets (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX used_statements_of_revision ON used_statements (wallet_id, revision, used_at_ms) WHERE revision IS NOT NULL;

CREATE TABLE signer_receipts (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT signer_receipts_id PRIMARY KEY,
  wallet_id record_id NOT NULL,
  -- The key that signed: receipts of another mean nothing to it.
  agent_address text NOT NULL,
  receipt bytea NOT NULL,
  at_ms unix_ms NOT NULL,
  CONSTRAINT signer_receipts_wallet FOREIGN KEY (wallet_id) REFERENCES wallets (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX signer_receipts_of_agent ON signer_receipts (wallet_id, agent_address, id);
