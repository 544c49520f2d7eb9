-- INVARIANT I4. docs/adr/0007-budget-windows.md says why the sums run along with the entries.

CREATE TABLE budget_entries (
  attempt_id record_id CONSTRAINT budget_entries_id PRIMARY KEY,
  wallet_id record_id NOT NULL,
  asset text COLLATE "C" NOT NULL,
  -- From 1 without gaps for each wallet and asset, in the order of at_ms.
  seq bigint NOT NULL,
  amount amount_u64 NOT NULL,
  route text NOT NULL CONSTRAINT budget_entries_route CHECK (route IN ('autonomous', 'countersigned')),
  at_ms unix_ms NOT NULL,
  -- Sums of amount over all entries up to this one, whatever became of them later.
  cumulative_autonomous numeric(38, 0) NOT NULL,
  cumulative_total numeric(38, 0) NOT NULL,
  state text NOT NULL DEFAULT 'reserved' CONSTRAINT budget_entries_state CHECK (state IN ('reserved', 'settled', 'released')),
  -- What no longer counts: all of a released entry, the difference of one that settled for less.
  released_amount amount_u64 NOT NULL DEFAULT 0,
  CONSTRAINT budget_entries_order UNIQUE (wallet_id, asset, seq),
  CONSTRAINT budget_entries_released CHECK (
    released_amount <= amount AND CASE state WHEN 'reserved' THEN released_amount = 0 WHEN 'released' THEN released_amount = amount ELSE true END
  )
);
CREATE INDEX budget_entries_by_time ON budget_entries (wallet_id, asset, at_ms, seq);
CREATE INDEX budget_entries_given_back ON budget_entries (wallet_id, asset, at_ms, seq) INCLUDE (route, released_amount) WHERE released_amount > 0;

-- Gives a new entry its place. Moving the wallet's clock takes the wallet's row lock, so places are given one at a time.
CREATE FUNCTION place_budget_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last record;
BEGIN
  UPDATE wallets SET last_decision_at_ms = NEW.at_ms WHERE id = NEW.wallet_id AND last_decision_at_ms <= NEW.at_ms;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'a budget entry of wallet % at % would stand before its last decision, or there is no such wallet', NEW.wallet_id, NEW.at_ms
      USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_entries_in_time', TABLE = 'budget_entries';
  END IF;
  SELECT seq, cumulative_autonomous, cumulative_total INTO last
    FROM budget_entries WHERE wallet_id = NEW.wallet_id AND asset = NEW.asset ORDER BY seq DESC LIMIT 1;
  NEW.seq := coalesce(last.seq, 0) + 1;
  NEW.cumulative_total := coalesce(last.cumulative_total, 0) + NEW.amount;
  NEW.cumulative_autonomous := coalesce(last.cumulative_autonomous, 0) + CASE NEW.route WHEN 'autonomous' THEN NEW.amount ELSE 0 END;
  NEW.state := 'reserved';
  NEW.released_amount := 0;
  RETURN NEW;
END $$;
CREATE TRIGGER budget_entries_place BEFORE INSERT ON budget_entries FOR EACH ROW EXECUTE FUNCTION place_budget_entry();

-- At commit: an entry holds what its attempt moves, is settled only when that landed and released only when it cannot land.
CREATE FUNCTION require_budget_proof() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM attempts a JOIN budget_entries e ON e.attempt_id = a.id
    WHERE a.id = NEW.attempt_id AND a.wallet_id = e.wallet_id
      AND a.outflow_asset = e.asset AND a.outflow_amount = e.amount AND a.outflow_route = e.route
      AND CASE e.state WHEN 'settled' THEN a.state = 'finalized' WHEN 'released' THEN a.state IN ('failed', 'expired', 'withdrawn') ELSE true END;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the budget entry of attempt % does not agree with the attempt', NEW.attempt_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_entries_proof', TABLE = 'budget_entries';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER budget_entries_proof AFTER INSERT OR UPDATE ON budget_entries DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION require_budget_proof();

CREATE FUNCTION require_open_reservation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the budget entry of attempt % is % and changes no more', OLD.attempt_id, OLD.state
    USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_entries_closed', TABLE = 'budget_entries';
END $$;
CREATE TRIGGER budget_entries_closed BEFORE UPDATE ON budget_entries FOR EACH ROW WHEN (OLD.state <> 'reserved')
  EXECUTE FUNCTION require_open_reservation();
CREATE TRIGGER budget_entries_immutable
  BEFORE UPDATE OF attempt_id, wallet_id, asset, seq, amount, route, at_ms, cumulative_autonomous, cumulative_total ON budget_entries
  FOR EACH ROW EXECUTE FUNCTION refuse_change('budget_entries_immutable');
CREATE TRIGGER budget_entries_kept BEFORE DELETE OR TRUNCATE ON budget_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('budget_entries_kept');

-- INVARIANT I4: what moves money of the vault is signed only while it holds its part of the budget.
CREATE FUNCTION require_reservation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM budget_entries WHERE attempt_id = NEW.id AND state = 'reserved';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'attempt % is signed without a reservation', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'attempts_signed_is_reserved', TABLE = 'attempts';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER attempts_signed_is_reserved BEFORE UPDATE OF state ON attempts FOR EACH ROW
  WHEN (OLD.state = 'prepared' AND NEW.state = 'signed' AND NEW.outflow_amount IS NOT NULL) EXECUTE FUNCTION require_reservation();

-- The least seq after which at most most_used still counts, with its moment; no row when all of the window counts for less already.
-- What counts after an entry falls as seq grows, so the search halves the window; seq has no gaps, so each probe is one index look-up.
CREATE FUNCTION budget_leaves_at(of_wallet text, of_asset text, of_route text, since_ms bigint, most_used numeric) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
  autonomous boolean := of_route = 'autonomous';
  latest record;
  probe record;
  low bigint;
  high bigint;
  middle bigint;
  counted numeric;
  found_at bigint;
BEGIN
  SELECT seq, cumulative_autonomous, cumulative_total INTO latest
    FROM budget_entries WHERE wallet_id = of_wallet AND asset = of_asset ORDER BY seq DESC LIMIT 1;
  SELECT seq INTO low FROM budget_entries
    WHERE wallet_id = of_wallet AND asset = of_asset AND at_ms >= since_ms ORDER BY at_ms, seq LIMIT 1;
  IF low IS NULL THEN RETURN NULL; END IF;
  high := latest.seq;
  WHILE low <= high LOOP
    middle := (low + high) / 2;
    SELECT at_ms, cumulative_autonomous, cumulative_total INTO probe
      FROM budget_entries WHERE wallet_id = of_wallet AND asset = of_asset AND seq = middle;
    SELECT coalesce(sum(released_amount), 0) INTO counted FROM budget_entries
      WHERE wallet_id = of_wallet AND asset = of_asset AND released_amount > 0
        AND (at_ms, seq) > (probe.at_ms, middle) AND (NOT autonomous OR route = 'autonomous');
    counted := CASE WHEN autonomous THEN latest.cumulative_autonomous - probe.cumulative_autonomous
                    ELSE latest.cumulative_total - probe.cumulative_total END - counted;
    IF counted <= most_used THEN
      found_at := probe.at_ms;
      high := middle - 1;
    ELSE
      low := middle + 1;
    END IF;
  END LOOP;
  RETURN found_at;
END $$;
