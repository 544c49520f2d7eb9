-- The owner's half: the keys of a wallet and their exchange, what was signed ahead of need, what an operator tightened. docs/spec/database.md.

CREATE TABLE wallet_keys (
  id record_id CONSTRAINT wallet_keys_id PRIMARY KEY,
  wallet_id record_id NOT NULL,
  role text NOT NULL CONSTRAINT wallet_keys_role CHECK (role IN ('agent', 'owner', 'recovery')),
  address text NOT NULL,
  state text NOT NULL CONSTRAINT wallet_keys_state CHECK (state IN ('generating', 'active', 'rotation_pending', 'suspended', 'revoked', 'destroyed', 'failed')),
  created_at_ms unix_ms NOT NULL,
  activated_at_ms unix_ms,
  due_at_ms unix_ms,
  rotation_reason text CONSTRAINT wallet_keys_reason
    CHECK (rotation_reason IN ('due', 'failures_in_a_row', 'anomaly', 'violation_attempts', 'manual', 'lost')),
  ended_at_ms unix_ms,
  -- When people were last told that it is due.
  reminded_at_ms unix_ms,
  CONSTRAINT wallet_keys_wallet FOREIGN KEY (wallet_id) REFERENCES wallets (id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT wallet_keys_activation CHECK ((activated_at_ms IS NULL) = (state IN ('generating', 'failed'))),
  CONSTRAINT wallet_keys_end CHECK ((ended_at_ms IS NOT NULL) = (state IN ('revoked', 'destroyed', 'failed')))
);
-- INVARIANT I8: the chain knows one key of a role at a time.
CREATE UNIQUE INDEX wallet_keys_one_live ON wallet_keys (wallet_id, role) WHERE state IN ('active', 'rotation_pending', 'suspended');
-- A key that was given up never comes back, in no role: somebody else may have it.
CREATE UNIQUE INDEX wallet_keys_address_once ON wallet_keys (wallet_id, address) WHERE state <> 'failed';
CREATE INDEX wallet_keys_of_wallet ON wallet_keys (wallet_id, id);
CREATE INDEX wallet_keys_due ON wallet_keys (due_at_ms, id) WHERE state IN ('active', 'rotation_pending', 'suspended');

CREATE TABLE key_moves (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT key_moves_id PRIMARY KEY (from_state, to_state)
);
INSERT INTO key_moves VALUES
  ('generating', 'active'), ('generating', 'failed'),
  ('active', 'rotation_pending'), ('active', 'suspended'), ('active', 'revoked'),
  ('rotation_pending', 'active'), ('rotation_pending', 'suspended'), ('rotation_pending', 'revoked'),
  ('suspended', 'active'), ('suspended', 'rotation_pending'), ('suspended', 'revoked'),
  ('revoked', 'destroyed');

CREATE FUNCTION require_legal_key_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM key_moves WHERE from_state = OLD.state AND to_state = NEW.state;
  IF FOUND THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'key % may not move from % to %', OLD.id, OLD.state, NEW.state
    USING ERRCODE = 'check_violation', CONSTRAINT = 'wallet_keys_move', TABLE = 'wallet_keys';
END $$;
CREATE TRIGGER wallet_keys_begin BEFORE INSERT ON wallet_keys FOR EACH ROW
  WHEN (NEW.state <> 'generating') EXECUTE FUNCTION refuse_move('wallet_keys_begin');
-- What has ended changes no more, but that a revoked key is wiped.
CREATE TRIGGER wallet_keys_ended BEFORE UPDATE ON wallet_keys FOR EACH ROW
  WHEN (OLD.state IN ('destroyed', 'failed') OR OLD.state = 'revoked' AND (NEW.state = 'revoked'
    OR (OLD.due_at_ms, OLD.rotation_reason, OLD.ended_at_ms) IS DISTINCT FROM (NEW.due_at_ms, NEW.rotation_reason, NEW.ended_at_ms)))
  EXECUTE FUNCTION refuse_change('wallet_keys_ended');
CREATE TRIGGER wallet_keys_immutable BEFORE UPDATE OF id, wallet_id, role, address, created_at_ms ON wallet_keys
  FOR EACH ROW EXECUTE FUNCTION refuse_change('wallet_keys_immutable');
CREATE TRIGGER wallet_keys_activated BEFORE UPDATE OF activated_at_ms ON wallet_keys FOR EACH ROW
  WHEN (OLD.activated_at_ms IS NOT NULL AND OLD.activated_at_ms IS DISTINCT FROM NEW.activated_at_ms)
  EXECUTE FUNCTION refuse_change('wallet_keys_immutable');
CREATE TRIGGER wallet_keys_move BEFORE UPDATE OF state ON wallet_keys FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION require_legal_key_move();
CREATE TRIGGER wallet_keys_kept BEFORE DELETE OR TRUNCATE ON wallet_keys
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('wallet_keys_kept');

-- INVARIANT I8: keys are exchanged only to what the approval that is being carried out consents to.
ALTER TABLE wallets ADD CONSTRAINT wallets_rekeying_approval FOREIGN KEY (rekeying_by) REFERENCES approvals (id) DEFERRABLE INITIALLY DEFERRED;
CREATE FUNCTION require_key_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM approvals WHERE id = NEW.rekeying_by AND wallet_id = NEW.id AND state IN ('waiting', 'executing')
    AND kind IN ('rotate_agent_key', 'replace_owner_key', 'revoke_agent_key');
  IF FOUND AND TG_OP = 'UPDATE' AND OLD.rekeying_by IS NULL THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'approval % changes no keys of wallet %, or another one does', NEW.rekeying_by, NEW.id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'wallets_rekeying', TABLE = 'wallets';
END $$;
CREATE TRIGGER wallets_rekeying_begun BEFORE INSERT ON wallets FOR EACH ROW
  WHEN (NEW.rekeying_by IS NOT NULL) EXECUTE FUNCTION require_key_change();
CREATE TRIGGER wallets_rekeying BEFORE UPDATE OF rekeying_by ON wallets FOR EACH ROW
  WHEN (NEW.rekeying_by IS NOT NULL AND NEW.rekeying_by IS DISTINCT FROM OLD.rekeying_by) EXECUTE FUNCTION require_key_change();

CREATE FUNCTION require_consented_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM approvals
    WHERE id = OLD.rekeying_by AND wallet_id = OLD.id AND state IN ('executing', 'done')
      AND NEW.agent_address = coalesce(change ->> 'agent', OLD.agent_address) AND NEW.owner_address = coalesce(change ->> 'owner', OLD.owner_address)
      AND NEW.fee_account = change ->> 'feeAccount' AND NEW.recovery_address IS NOT DISTINCT FROM change ->> 'recovery';
  IF FOUND THEN RETURN NEW; END IF;
  -- The recovery key alone, which is no member, comes and goes with the revision whose bounds pin it; not with one from before.
  PERFORM FROM approvals
    WHERE wallet_id = OLD.id AND kind = 'install_policy' AND state IN ('executing', 'done') AND policy_revision >= OLD.policy_revision
      AND (NEW.agent_address, NEW.owner_address, NEW.fee_account) = (OLD.agent_address, OLD.owner_address, OLD.fee_account)
      AND change IS NOT NULL AND NEW.recovery_address IS NOT DISTINCT FROM change ->> 'recovery';
  IF FOUND THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'nobody consented to these keys of wallet %', OLD.id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'wallets_rekey', TABLE = 'wallets';
END $$;
CREATE TRIGGER wallets_rekey BEFORE UPDATE OF owner_address, agent_address, fee_account, recovery_address ON wallets FOR EACH ROW
  WHEN ((OLD.owner_address, OLD.agent_address, OLD.fee_account, OLD.recovery_address)
    IS DISTINCT FROM (NEW.owner_address, NEW.agent_address, NEW.fee_account, NEW.recovery_address))
  EXECUTE FUNCTION require_consented_keys();

-- At commit: a wallet's record and its live keys name the same addresses.
CREATE FUNCTION require_keys_of_wallet() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed text := to_jsonb(NEW) ->> CASE TG_TABLE_NAME WHEN 'wallets' THEN 'id' ELSE 'wallet_id' END;
  wrong record;
BEGIN
  -- Shared: whoever exchanges the addresses waits, and is waited for.
  PERFORM FROM wallets WHERE id = changed FOR SHARE;
  SELECT k.id, k.role INTO wrong FROM wallets w JOIN wallet_keys k ON k.wallet_id = w.id
    WHERE w.id = changed AND k.state IN ('active', 'rotation_pending', 'suspended')
      AND (k.role = 'agent' AND k.address <> w.agent_address OR k.role = 'owner' AND k.address <> w.owner_address);
  IF NOT FOUND THEN RETURN NULL; END IF;
  RAISE EXCEPTION 'key % is not the % key that its wallet names', wrong.id, wrong.role
    USING ERRCODE = 'check_violation', CONSTRAINT = 'wallet_keys_of_wallet', TABLE = TG_TABLE_NAME;
END $$;
CREATE CONSTRAINT TRIGGER wallet_keys_of_wallet AFTER INSERT OR UPDATE OF state ON wallet_keys DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IN ('active', 'rotation_pending', 'suspended')) EXECUTE FUNCTION require_keys_of_wallet();
CREATE CONSTRAINT TRIGGER wallets_keys AFTER UPDATE OF owner_address, agent_address ON wallets DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION require_keys_of_wallet();

-- INVARIANT I8: while the keys are being changed, nothing is signed but what changes them.
CREATE FUNCTION require_no_other_rekeying() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM wallets WHERE id = NEW.wallet_id AND rekeying_by IS NOT NULL AND rekeying_by IS DISTINCT FROM NEW.approval_id;
  IF NOT FOUND THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'attempt % is signed while the keys of wallet % are being changed', NEW.id, NEW.wallet_id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'attempts_signed_while_rekeying', TABLE = 'attempts';
END $$;
CREATE TRIGGER attempts_signed_while_rekeying BEFORE UPDATE OF state ON attempts FOR EACH ROW
  WHEN (OLD.state = 'prepared' AND NEW.state = 'signed') EXECUTE FUNCTION require_no_other_rekeying();

-- What the owner signed ahead of need, one transaction each.
CREATE TABLE kits (
  id record_id CONSTRAINT kits_id PRIMARY KEY,
  wallet_id record_id NOT NULL,
  approval_id record_id NOT NULL,
  purpose text NOT NULL CONSTRAINT kits_purposes CHECK (purpose IN ('lockdown', 'recovery')),
  part integer NOT NULL CONSTRAINT kits_part CHECK (part >= 0),
  state text NOT NULL CONSTRAINT kits_state CHECK (state IN ('waiting', 'armed', 'called', 'sent', 'used', 'stale', 'void', 'handed_out')),
  nonce_account text NOT NULL,
  nonce text NOT NULL,
  limits json NOT NULL CONSTRAINT kits_limits_form CHECK (json_typeof(limits) = 'array'),
  message bytea NOT NULL,
  sealed_signature bytea,
  wire bytea,
  signature text,
  problem text,
  created_at_ms unix_ms NOT NULL,
  CONSTRAINT kits_wallet FOREIGN KEY (wallet_id) REFERENCES wallets (id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT kits_approval FOREIGN KEY (approval_id) REFERENCES approvals (id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT kits_limits CHECK ((purpose = 'lockdown') = (json_array_length(limits) > 0)),
  -- A lockdown is kept here; a hand-over is the owner's alone.
  CONSTRAINT kits_purpose CHECK (CASE purpose WHEN 'lockdown' THEN state <> 'handed_out' ELSE state NOT IN ('armed', 'called', 'sent', 'used') END),
  -- INVARIANT I2: the owner's signature and the bytes that are sent are here in the states that need them, and in no others.
  CONSTRAINT kits_signed_has_bytes CHECK (
    (wire IS NULL) = (signature IS NULL) AND CASE
      WHEN state IN ('waiting', 'void', 'handed_out') THEN sealed_signature IS NULL AND wire IS NULL
      WHEN state IN ('armed', 'called') THEN sealed_signature IS NOT NULL AND wire IS NULL
      WHEN state IN ('sent', 'used') THEN sealed_signature IS NOT NULL AND wire IS NOT NULL
      ELSE wire IS NULL OR sealed_signature IS NOT NULL
    END
  )
);
-- What is prepared anew takes the place of what was prepared before.
CREATE UNIQUE INDEX kits_part_once ON kits (approval_id, part) WHERE state <> 'void';
-- One that is good for each part; a new arming makes the former stale first.
CREATE UNIQUE INDEX kits_one_arming ON kits (wallet_id, purpose, part) WHERE state IN ('armed', 'called', 'handed_out');
-- Two over one nonce: the first that lands makes the other worthless.
CREATE UNIQUE INDEX kits_nonce_once ON kits (nonce_account, nonce) WHERE state IN ('armed', 'called', 'sent', 'handed_out');
CREATE INDEX kits_of_wallet ON kits (wallet_id, id);

CREATE TABLE kit_moves (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT kit_moves_id PRIMARY KEY (from_state, to_state)
);
INSERT INTO kit_moves VALUES
  ('waiting', 'armed'), ('waiting', 'handed_out'), ('waiting', 'void'),
  ('armed', 'called'), ('armed', 'stale'),
  ('called', 'sent'), ('called', 'armed'), ('called', 'stale'),
  ('sent', 'used'), ('sent', 'stale'),
  ('handed_out', 'stale');

CREATE FUNCTION require_legal_kit_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM kit_moves WHERE from_state = OLD.state AND to_state = NEW.state;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'kit % may not move from % to %', OLD.id, OLD.state, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'kits_move', TABLE = 'kits';
  END IF;
  IF NEW.state NOT IN ('armed', 'handed_out') THEN RETURN NEW; END IF;
  PERFORM FROM kits WHERE wallet_id = NEW.wallet_id AND purpose = NEW.purpose AND state IN ('armed', 'called', 'handed_out') AND approval_id <> NEW.approval_id;
  IF NOT FOUND THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'kit % is armed beside those of another arming of wallet %', NEW.id, NEW.wallet_id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'kits_one_arming', TABLE = 'kits';
END $$;
CREATE TRIGGER kits_begin BEFORE INSERT ON kits FOR EACH ROW WHEN (NEW.state <> 'waiting') EXECUTE FUNCTION refuse_move('kits_begin');
CREATE TRIGGER kits_move BEFORE UPDATE OF state ON kits FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION require_legal_kit_move();
CREATE TRIGGER kits_immutable
  BEFORE UPDATE OF id, wallet_id, approval_id, purpose, part, nonce_account, nonce, limits, message, created_at_ms ON kits
  FOR EACH ROW EXECUTE FUNCTION refuse_change('kits_immutable');
CREATE TRIGGER kits_owner_signature_immutable BEFORE UPDATE OF sealed_signature ON kits FOR EACH ROW
  WHEN (OLD.sealed_signature IS DISTINCT FROM NEW.sealed_signature AND NOT (OLD.state = 'waiting' AND NEW.state = 'armed'))
  EXECUTE FUNCTION refuse_change('kits_signed_immutable');
CREATE TRIGGER kits_wire_immutable BEFORE UPDATE OF wire, signature ON kits FOR EACH ROW
  WHEN ((OLD.wire IS DISTINCT FROM NEW.wire OR OLD.signature IS DISTINCT FROM NEW.signature) AND NOT (OLD.state = 'called' AND NEW.state = 'sent'))
  EXECUTE FUNCTION refuse_change('kits_signed_immutable');
CREATE TRIGGER kits_kept BEFORE DELETE OR TRUNCATE ON kits FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('kits_kept');

-- INVARIANT I7: what an operator tightened takes the place of the signed document at once. A number that was ever active is never given out again.
CREATE TABLE policy_tightenings (
  wallet_id record_id NOT NULL,
  revision integer NOT NULL,
  number integer NOT NULL CONSTRAINT policy_tightenings_from_one CHECK (number >= 1),
  text text NOT NULL,
  policy_sha256 sha256_hex NOT NULL,
  actor text NOT NULL,
  at_ms unix_ms NOT NULL,
  CONSTRAINT policy_tightenings_id PRIMARY KEY (wallet_id, revision, number)
);
CREATE FUNCTION require_active_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Shared: what supersedes the revision waits, and is waited for.
  PERFORM FROM policy_revisions WHERE wallet_id = NEW.wallet_id AND revision = NEW.revision AND state = 'active' FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'revision % of wallet % is not in force', NEW.revision, NEW.wallet_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_tightenings_of_active', TABLE = 'policy_tightenings';
  END IF;
  PERFORM FROM policy_tightenings WHERE wallet_id = NEW.wallet_id AND revision = NEW.revision AND number = NEW.number - 1;
  IF FOUND OR NEW.number = 1 THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'tightening % of revision % of wallet % leaves a gap', NEW.number, NEW.revision, NEW.wallet_id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_tightenings_continuous', TABLE = 'policy_tightenings';
END $$;
CREATE TRIGGER policy_tightenings_begin BEFORE INSERT ON policy_tightenings FOR EACH ROW EXECUTE FUNCTION require_active_revision();
CREATE TRIGGER policy_tightenings_immutable BEFORE UPDATE ON policy_tightenings
  FOR EACH ROW EXECUTE FUNCTION refuse_change('policy_tightenings_immutable');
CREATE TRIGGER policy_tightenings_kept BEFORE DELETE OR TRUNCATE ON policy_tightenings
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('policy_tightenings_kept');

-- INVARIANT I11: how far the watcher has seen a wallet. It never goes back.
CREATE TABLE watch_marks (
  wallet_id record_id CONSTRAINT watch_marks_id PRIMARY KEY,
  slot amount_u64 NOT NULL,
  newest json NOT NULL CONSTRAINT watch_marks_newest CHECK (json_typeof(newest) = 'array'),
  seen json NOT NULL CONSTRAINT watch_marks_seen CHECK (json_typeof(seen) = 'object'),
  at_ms unix_ms NOT NULL,
  CONSTRAINT watch_marks_wallet FOREIGN KEY (wallet_id) REFERENCES wallets (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TRIGGER watch_marks_forward BEFORE UPDATE ON watch_marks FOR EACH ROW
  WHEN (NEW.slot < OLD.slot OR NEW.wallet_id <> OLD.wallet_id) EXECUTE FUNCTION refuse_change('watch_marks_forward');
CREATE TRIGGER watch_marks_kept BEFORE DELETE OR TRUNCATE ON watch_marks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('watch_marks_kept');

-- INVARIANT I6: a question that is answered once. Answering removes it; it is never put otherwise.
CREATE TABLE sign_in_challenges (
  nonce text COLLATE "C" CONSTRAINT sign_in_challenges_id PRIMARY KEY,
  text text NOT NULL,
  owner_address text NOT NULL,
  expires_at_ms unix_ms NOT NULL
);
CREATE INDEX sign_in_challenges_ending ON sign_in_challenges (expires_at_ms, nonce);
CREATE TRIGGER sign_in_challenges_immutable BEFORE UPDATE ON sign_in_challenges
  FOR EACH ROW EXECUTE FUNCTION refuse_change('sign_in_challenges_immutable');
