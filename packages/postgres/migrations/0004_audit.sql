-- INVARIANT I10. One chain a wallet and one named system. docs/spec/audit.md.

CREATE TABLE audit_entries (
  chain text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL CONSTRAINT audit_entries_from_one CHECK (sequence >= 1),
  at_ms unix_ms NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  -- json, not jsonb: the text stays as it was hashed.
  details json NOT NULL,
  previous_hash sha256_hex NOT NULL,
  hash sha256_hex NOT NULL,
  CONSTRAINT audit_entries_id PRIMARY KEY (chain, sequence)
);
CREATE INDEX audit_entries_by_time ON audit_entries (at_ms, chain, sequence);

-- Where each chain ends. Its row lock makes appends take turns.
CREATE TABLE audit_heads (
  chain text COLLATE "C" CONSTRAINT audit_heads_id PRIMARY KEY,
  sequence bigint NOT NULL CONSTRAINT audit_heads_from_zero CHECK (sequence >= 0),
  hash sha256_hex NOT NULL
) WITH (fillfactor = 50);

-- Once a statement: every new entry follows an entry or begins its chain, and the head has moved to the last one.
CREATE FUNCTION require_audit_continuity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  broken record;
BEGIN
  SELECT i.chain, i.sequence INTO broken FROM inserted i
    LEFT JOIN audit_entries p ON p.chain = i.chain AND p.sequence = i.sequence - 1
    LEFT JOIN audit_heads h ON h.chain = i.chain
    WHERE i.previous_hash IS DISTINCT FROM CASE i.sequence WHEN 1 THEN repeat('0', 64) ELSE p.hash END
       OR h.sequence IS NULL OR h.sequence < i.sequence
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'audit entry % of chain % does not follow the one before it, or the head did not move', broken.sequence, broken.chain
      USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_entries_continuous', TABLE = 'audit_entries';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_entries_continuous AFTER INSERT ON audit_entries REFERENCING NEW TABLE AS inserted
  FOR EACH STATEMENT EXECUTE FUNCTION require_audit_continuity();

-- At the end of the statement: the head names the last entry there is.
CREATE FUNCTION require_audit_head() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last record;
BEGIN
  SELECT sequence, hash INTO last FROM audit_entries WHERE chain = NEW.chain ORDER BY sequence DESC LIMIT 1;
  IF NEW.sequence <> coalesce(last.sequence, 0) OR NEW.hash <> coalesce(last.hash, repeat('0', 64)) THEN
    RAISE EXCEPTION 'the head of audit chain % does not name its last entry', NEW.chain
      USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_heads_true', TABLE = 'audit_heads';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_heads_true AFTER INSERT OR UPDATE ON audit_heads FOR EACH ROW EXECUTE FUNCTION require_audit_head();

CREATE TRIGGER audit_entries_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('audit_entries_immutable');
CREATE TRIGGER audit_heads_kept BEFORE DELETE OR TRUNCATE ON audit_heads
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('audit_heads_kept');
