-- Which state may follow which. The rows are core's *_MOVES maps; a test compares them. All other moves are refused.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused (%)', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
    USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0], TABLE = TG_TABLE_NAME;
END $$;

CREATE FUNCTION refuse_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a % may not move from % to %', TG_TABLE_NAME, CASE TG_OP WHEN 'INSERT' THEN 'nothing' ELSE OLD.state END, NEW.state
    USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0], TABLE = TG_TABLE_NAME;
END $$;

CREATE TABLE wallet_moves (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT wallet_moves_id PRIMARY KEY (from_state, to_state)
);
INSERT INTO wallet_moves VALUES ('creating', 'active'), ('creating', 'frozen'), ('creating', 'failed'), ('active', 'frozen'),
  ('frozen', 'active'), ('frozen', 'failed');

CREATE TABLE policy_moves (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT policy_moves_id PRIMARY KEY (from_state, to_state)
);
INSERT INTO policy_moves VALUES ('proposed', 'active'), ('proposed', 'void'), ('active', 'superseded');

CREATE TABLE approval_moves (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT approval_moves_id PRIMARY KEY (from_state, to_state)
);
INSERT INTO approval_moves VALUES
  ('waiting', 'executing'), ('waiting', 'done'), ('waiting', 'rejected'), ('waiting', 'expired'), ('waiting', 'void'),
  ('executing', 'done'), ('executing', 'failed'), ('executing', 'waiting'), ('executing', 'void');

CREATE TABLE request_moves (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT request_moves_id PRIMARY KEY (from_state, to_state)
);
INSERT INTO request_moves VALUES
  ('received', 'denied'), ('received', 'awaiting_delay'), ('received', 'awaiting_owner'), ('received', 'approved'),
  ('received', 'expired'),
  ('awaiting_delay', 'awaiting_owner'), ('awaiting_delay', 'approved'), ('awaiting_delay', 'denied'), ('awaiting_delay', 'rejected'),
  ('awaiting_delay', 'cancelled'), ('awaiting_delay', 'expired'),
  ('awaiting_owner', 'approved'), ('awaiting_owner', 'denied'), ('awaiting_owner', 'rejected'), ('awaiting_owner', 'cancelled'),
  ('awaiting_owner', 'expired'),
  ('approved', 'signed'), ('approved', 'received'), ('approved', 'awaiting_owner'), ('approved', 'failed'), ('approved', 'cancelled'),
  ('approved', 'expired'),
  ('signed', 'submitted'), ('signed', 'confirmed'), ('signed', 'finalized'), ('signed', 'failed'), ('signed', 'expired'),
  ('signed', 'unknown'), ('signed', 'received'), ('signed', 'awaiting_owner'),
  ('submitted', 'confirmed'), ('submitted', 'finalized'), ('submitted', 'failed'), ('submitted', 'expired'), ('submitted', 'unknown'),
  ('submitted', 'received'), ('submitted', 'awaiting_owner'),
  ('confirmed', 'finalized'), ('confirmed', 'failed'), ('confirmed', 'submitted'), ('confirmed', 'unknown'), ('confirmed', 'expired'),
  ('confirmed', 'received'), ('confirmed', 'awaiting_owner'),
  ('unknown', 'submitted'), ('unknown', 'confirmed'), ('unknown', 'finalized'), ('unknown', 'failed'), ('unknown', 'expired'),
  ('unknown', 'received'), ('unknown', 'awaiting_owner');

CREATE TABLE attempt_moves (
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT attempt_moves_id PRIMARY KEY (from_state, to_state)
);
INSERT INTO attempt_moves VALUES
  ('prepared', 'signed'), ('prepared', 'withdrawn'),
  ('signed', 'submitted'), ('signed', 'confirmed'), ('signed', 'finalized'), ('signed', 'failed'), ('signed', 'expired'), ('signed', 'unknown'),
  ('submitted', 'confirmed'), ('submitted', 'finalized'), ('submitted', 'failed'), ('submitted', 'expired'), ('submitted', 'unknown'),
  ('confirmed', 'finalized'), ('confirmed', 'failed'), ('confirmed', 'submitted'), ('confirmed', 'unknown'), ('confirmed', 'expired'),
  ('unknown', 'submitted'), ('unknown', 'confirmed'), ('unknown', 'finalized'), ('unknown', 'failed'), ('unknown', 'expired');

-- One function a table: the look-up stays a prepared plan.
CREATE FUNCTION require_legal_wallet_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM wallet_moves WHERE from_state = OLD.state AND to_state = NEW.state;
  IF FOUND THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'wallet % may not move from % to %', OLD.id, OLD.state, NEW.state
    USING ERRCODE = 'check_violation', CONSTRAINT = 'wallets_move', TABLE = 'wallets';
END $$;
CREATE FUNCTION require_legal_policy_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM policy_moves WHERE from_state = OLD.state AND to_state = NEW.state;
  IF FOUND THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'policy revision % of wallet % may not move from % to %', OLD.revision, OLD.wallet_id, OLD.state, NEW.state
    USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_revisions_move', TABLE = 'policy_revisions';
END $$;
CREATE FUNCTION require_legal_approval_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM approval_moves WHERE from_state = OLD.state AND to_state = NEW.state;
  IF FOUND THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'approval % may not move from % to %', OLD.id, OLD.state, NEW.state
    USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_move', TABLE = 'approvals';
END $$;
CREATE FUNCTION require_legal_request_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM request_moves WHERE from_state = OLD.state AND to_state = NEW.state;
  IF FOUND THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'request % may not move from % to %', OLD.id, OLD.state, NEW.state
    USING ERRCODE = 'check_violation', CONSTRAINT = 'transaction_requests_move', TABLE = 'transaction_requests';
END $$;
CREATE FUNCTION require_legal_attempt_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM attempt_moves WHERE from_state = OLD.state AND to_state = NEW.state;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'attempt % may not move from % to %', OLD.id, OLD.state, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'attempts_move', TABLE = 'attempts';
  END IF;
  IF OLD.wire IS NOT NULL AND (NEW.wire IS DISTINCT FROM OLD.wire OR NEW.signature IS DISTINCT FROM OLD.signature) THEN
    RAISE EXCEPTION 'attempt % is signed and its bytes change no more', OLD.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'attempts_wire_immutable', TABLE = 'attempts';
  END IF;
  RETURN NEW;
END $$;
-- A state is moved, never set; an update of state to itself is no move.
CREATE TRIGGER wallets_move BEFORE UPDATE OF state ON wallets FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION require_legal_wallet_move();
CREATE TRIGGER policy_revisions_move BEFORE UPDATE OF state ON policy_revisions FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION require_legal_policy_move();
CREATE TRIGGER approvals_move BEFORE UPDATE OF state ON approvals FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION require_legal_approval_move();
CREATE TRIGGER transaction_requests_move BEFORE UPDATE OF state ON transaction_requests FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION require_legal_request_move();
CREATE TRIGGER attempts_move BEFORE UPDATE OF state ON attempts FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION require_legal_attempt_move();
CREATE TRIGGER attempts_wire_immutable BEFORE UPDATE OF wire, signature ON attempts FOR EACH ROW
  WHEN (OLD.state = NEW.state AND (OLD.wire IS DISTINCT FROM NEW.wire OR OLD.signature IS DISTINCT FROM NEW.signature))
  EXECUTE FUNCTION refuse_change('attempts_wire_immutable');

-- Where a record may begin.
CREATE TRIGGER wallets_begin BEFORE INSERT ON wallets FOR EACH ROW
  WHEN (NEW.state NOT IN ('creating', 'active')) EXECUTE FUNCTION refuse_move('wallets_begin');
CREATE TRIGGER policy_revisions_begin BEFORE INSERT ON policy_revisions FOR EACH ROW
  WHEN (NEW.state NOT IN ('proposed', 'active')) EXECUTE FUNCTION refuse_move('policy_revisions_begin');
CREATE TRIGGER approvals_begin BEFORE INSERT ON approvals FOR EACH ROW
  WHEN (NEW.state <> 'waiting') EXECUTE FUNCTION refuse_move('approvals_begin');
CREATE TRIGGER transaction_requests_begin BEFORE INSERT ON transaction_requests FOR EACH ROW
  WHEN (NEW.state NOT IN ('received', 'denied', 'awaiting_delay', 'awaiting_owner', 'approved'))
  EXECUTE FUNCTION refuse_move('transaction_requests_begin');
-- INVARIANT I2: an attempt is here before the key is touched.
CREATE TRIGGER attempts_begin BEFORE INSERT ON attempts FOR EACH ROW
  WHEN (NEW.state <> 'prepared') EXECUTE FUNCTION refuse_move('attempts_begin');
-- Looked at once: a holding never changes.
CREATE TRIGGER attempts_holding BEFORE INSERT ON attempts FOR EACH ROW
  WHEN (NEW.holding IS NOT NULL AND is_holding(NEW.holding) IS NOT TRUE) EXECUTE FUNCTION refuse_change('attempts_holding');

-- What never changes. A trigger on columns costs nothing where an update does not name them.
CREATE TRIGGER wallets_immutable
  BEFORE UPDATE OF id, multisig, vault, create_key, time_lock_seconds, created_at_ms ON wallets
  FOR EACH ROW EXECUTE FUNCTION refuse_change('wallets_immutable');
CREATE TRIGGER policy_revisions_immutable
  BEFORE UPDATE OF wallet_id, revision, text, policy_sha256, bounds, bounds_sha256, limits, created_at_ms ON policy_revisions
  FOR EACH ROW EXECUTE FUNCTION refuse_change('policy_revisions_immutable');
CREATE TRIGGER credentials_immutable BEFORE UPDATE OF id, role, wallet_id, owner_address, hash, created_at_ms, expires_at_ms ON credentials
  FOR EACH ROW EXECUTE FUNCTION refuse_change('credentials_immutable');
CREATE TRIGGER credentials_revoked BEFORE UPDATE OF revoked_at_ms ON credentials FOR EACH ROW
  WHEN (OLD.revoked_at_ms IS NOT NULL) EXECUTE FUNCTION refuse_change('credentials_revoked');
CREATE TRIGGER transaction_requests_immutable
  BEFORE UPDATE OF id, wallet_id, credential_id, asset, amount, recipient, memo, call_message, call_pins, effects, intent, created_at_ms
  ON transaction_requests
  FOR EACH ROW EXECUTE FUNCTION refuse_change('transaction_requests_immutable');
CREATE TRIGGER approvals_immutable
  BEFORE UPDATE OF id, wallet_id, kind, request_id, policy_revision, change, created_at_ms, expires_at_ms ON approvals
  FOR EACH ROW EXECUTE FUNCTION refuse_change('approvals_immutable');
-- What was going to be released may come to wait for the owner; nothing else changes the moment.
CREATE TRIGGER approvals_release BEFORE UPDATE OF releases_at_ms ON approvals FOR EACH ROW
  WHEN (OLD.releases_at_ms IS DISTINCT FROM NEW.releases_at_ms
    AND NOT (NEW.releases_at_ms IS NULL AND OLD.state = 'waiting' AND NEW.state IN ('waiting', 'executing')))
  EXECUTE FUNCTION refuse_change('approvals_release');
CREATE TRIGGER attempts_immutable
  BEFORE UPDATE OF id, wallet_id, request_id, approval_id, step, message, last_valid_block_height, holding, created_at_ms ON attempts
  FOR EACH ROW EXECUTE FUNCTION refuse_change('attempts_immutable');
CREATE TRIGGER idempotency_keys_immutable BEFORE UPDATE OF credential_id, key, fingerprint, request_id, created_at_ms ON idempotency_keys
  FOR EACH ROW EXECUTE FUNCTION refuse_change('idempotency_keys_immutable');
CREATE TRIGGER idempotency_keys_answered BEFORE UPDATE OF answer_status, answer_body ON idempotency_keys FOR EACH ROW
  WHEN (OLD.answer_status IS NOT NULL) EXECUTE FUNCTION refuse_change('idempotency_keys_answered');
CREATE TRIGGER used_statements_immutable BEFORE UPDATE ON used_statements
  FOR EACH ROW EXECUTE FUNCTION refuse_change('used_statements_immutable');
CREATE TRIGGER signer_receipts_immutable BEFORE UPDATE ON signer_receipts
  FOR EACH ROW EXECUTE FUNCTION refuse_change('signer_receipts_immutable');

-- What is never removed.
CREATE TRIGGER wallets_kept BEFORE DELETE OR TRUNCATE ON wallets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('wallets_kept');
CREATE TRIGGER policy_revisions_kept BEFORE DELETE OR TRUNCATE ON policy_revisions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('policy_revisions_kept');
CREATE TRIGGER credentials_kept BEFORE TRUNCATE ON credentials FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('credentials_kept');
-- A session that has ended by itself is forgotten; every other credential stays.
CREATE TRIGGER credentials_forgotten BEFORE DELETE ON credentials FOR EACH ROW
  WHEN (OLD.expires_at_ms IS NULL OR OLD.expires_at_ms > extract(epoch FROM clock_timestamp()) * 1000)
  EXECUTE FUNCTION refuse_change('credentials_kept');
CREATE TRIGGER transaction_requests_kept BEFORE DELETE OR TRUNCATE ON transaction_requests
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('transaction_requests_kept');
CREATE TRIGGER approvals_kept BEFORE DELETE OR TRUNCATE ON approvals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('approvals_kept');
CREATE TRIGGER attempts_kept BEFORE DELETE OR TRUNCATE ON attempts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('attempts_kept');
-- INVARIANT I3: a key lives at least as long as its request.
CREATE FUNCTION require_ended_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM transaction_requests
    WHERE id = OLD.request_id AND state IN ('denied', 'finalized', 'failed', 'expired', 'rejected', 'cancelled');
  IF FOUND THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'the idempotency key of request % is forgotten while the request lives', OLD.request_id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'idempotency_keys_kept', TABLE = 'idempotency_keys';
END $$;
CREATE TRIGGER idempotency_keys_forgotten BEFORE DELETE ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION require_ended_request();
CREATE TRIGGER idempotency_keys_kept BEFORE TRUNCATE ON idempotency_keys
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('idempotency_keys_kept');
CREATE TRIGGER used_statements_kept BEFORE DELETE OR TRUNCATE ON used_statements
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('used_statements_kept');
CREATE TRIGGER signer_receipts_kept BEFORE DELETE OR TRUNCATE ON signer_receipts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('signer_receipts_kept');

-- A state must be known: a check, since a foreign key would cost a look-up for every insert.
ALTER TABLE wallets ADD CONSTRAINT wallets_state CHECK (state IN ('creating', 'active', 'frozen', 'failed'));
ALTER TABLE policy_revisions ADD CONSTRAINT policy_revisions_state CHECK (state IN ('proposed', 'active', 'superseded', 'void'));
ALTER TABLE approvals ADD CONSTRAINT approvals_state CHECK (state IN ('waiting', 'executing', 'done', 'failed', 'rejected', 'expired', 'void'));
ALTER TABLE transaction_requests ADD CONSTRAINT transaction_requests_state CHECK (state IN ('received', 'denied', 'awaiting_delay', 'awaiting_owner', 'approved', 'signed', 'submitted', 'confirmed', 'finalized', 'failed', 'expired', 'rejected', 'cancelled', 'unknown'));
ALTER TABLE attempts ADD CONSTRAINT attempts_state CHECK (state IN ('prepared', 'signed', 'submitted', 'confirmed', 'unknown', 'finalized', 'failed', 'expired', 'withdrawn'));

-- At commit: the revision that a wallet says is in force is the active one.
CREATE FUNCTION require_policy_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM policy_revisions WHERE wallet_id = NEW.id AND revision = NEW.policy_revision AND state = 'active';
  IF FOUND THEN RETURN NULL; END IF;
  RAISE EXCEPTION 'wallet % says that revision % is in force, which is not active', NEW.id, NEW.policy_revision
    USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'wallets_policy', TABLE = 'wallets';
END $$;
CREATE CONSTRAINT TRIGGER wallets_policy_inserted AFTER INSERT ON wallets DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.policy_revision IS NOT NULL) EXECUTE FUNCTION require_policy_in_force();
CREATE CONSTRAINT TRIGGER wallets_policy_moved AFTER UPDATE OF policy_revision ON wallets DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.policy_revision IS NOT NULL) EXECUTE FUNCTION require_policy_in_force();
