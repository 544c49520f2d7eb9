-- INVARIANT I4. docs/spec/budget.md says what counts and why; docs/adr/0007-budget-windows.md what it costs.

-- What an attempt holds. It counts from here on, however long it takes, until it is settled or released.
CREATE TABLE budget_reservations (
  attempt_id record_id NOT NULL,
  meter meter_name NOT NULL,
  wallet_id record_id NOT NULL,
  alone boolean NOT NULL,
  amount amount_u64 NOT NULL,
  reserved_at_ms unix_ms NOT NULL,
  state text NOT NULL DEFAULT 'open' CONSTRAINT budget_reservations_state CHECK (state IN ('open', 'settled', 'released')),
  CONSTRAINT budget_reservations_id PRIMARY KEY (attempt_id, meter)
) WITH (fillfactor = 80);

-- What landed, with what really moved, in the order in which it was proven; the sums run along.
CREATE TABLE budget_settlements (
  wallet_id record_id NOT NULL,
  meter meter_name NOT NULL,
  -- From 1 without gaps for each wallet and meter, in the order of at_ms.
  seq bigint NOT NULL CONSTRAINT budget_settlements_from_one CHECK (seq >= 1),
  attempt_id record_id NOT NULL,
  alone boolean NOT NULL,
  amount amount_u64 NOT NULL,
  at_ms unix_ms NOT NULL,
  -- Sums of amount over all settlements up to this one: of those that the agent signed without the owner, and of all.
  cumulative_alone numeric(38, 0) NOT NULL,
  cumulative_total numeric(38, 0) NOT NULL,
  CONSTRAINT budget_settlements_id PRIMARY KEY (wallet_id, meter, seq),
  CONSTRAINT budget_settlements_once UNIQUE (attempt_id, meter),
  CONSTRAINT budget_settlements_sums CHECK (cumulative_alone <= cumulative_total AND amount <= cumulative_total)
);
CREATE INDEX budget_settlements_by_time ON budget_settlements (wallet_id, meter, at_ms, seq);

-- Where each meter stands: the sum of what is open, and the sums of the last settlement.
CREATE TABLE budget_meters (
  wallet_id record_id NOT NULL,
  meter meter_name NOT NULL,
  open_alone numeric(38, 0) NOT NULL CONSTRAINT budget_meters_open_alone CHECK (open_alone >= 0),
  open_total numeric(38, 0) NOT NULL,
  settled_seq bigint NOT NULL DEFAULT 0,
  settled_alone numeric(38, 0) NOT NULL DEFAULT 0,
  settled_total numeric(38, 0) NOT NULL DEFAULT 0,
  CONSTRAINT budget_meters_id PRIMARY KEY (wallet_id, meter),
  CONSTRAINT budget_meters_open_total CHECK (open_total >= open_alone)
) WITH (fillfactor = 50);

-- Reserving: once a statement. Moving the wallets' clocks takes their row locks, so what is counted changes for one transaction at a time.
CREATE FUNCTION open_reservations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wallet_ids text[];
  moved integer;
BEGIN
  SELECT array_agg(DISTINCT wallet_id) INTO wallet_ids FROM inserted;
  UPDATE wallets w SET last_decision_at_ms = i.last_at_ms
    FROM (SELECT wallet_id, min(reserved_at_ms) AS first_at_ms, max(reserved_at_ms) AS last_at_ms FROM inserted GROUP BY wallet_id) i
    WHERE w.id = i.wallet_id AND w.last_decision_at_ms <= i.first_at_ms;
  GET DIAGNOSTICS moved = ROW_COUNT;
  IF moved < coalesce(cardinality(wallet_ids), 0) THEN
    RAISE EXCEPTION 'a reservation of wallet % would stand before its last decision, or there is no such wallet', wallet_ids
      USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_reservations_in_time', TABLE = 'budget_reservations';
  END IF;
  INSERT INTO budget_meters AS m (wallet_id, meter, open_alone, open_total)
    SELECT wallet_id, meter, coalesce(sum(amount) FILTER (WHERE alone), 0), sum(amount) FROM inserted GROUP BY wallet_id, meter ORDER BY 1, 2
    ON CONFLICT (wallet_id, meter)
    DO UPDATE SET open_alone = m.open_alone + excluded.open_alone, open_total = m.open_total + excluded.open_total;
  RETURN NULL;
END $$;
CREATE TRIGGER budget_reservations_open AFTER INSERT ON budget_reservations REFERENCING NEW TABLE AS inserted
  FOR EACH STATEMENT EXECUTE FUNCTION open_reservations();

-- Releasing: once a statement. What a settlement closes is counted with the settlement.
CREATE FUNCTION release_reservations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM wallets WHERE id IN (SELECT wallet_id FROM after WHERE state = 'released') ORDER BY id FOR NO KEY UPDATE;
  UPDATE budget_meters m SET open_alone = m.open_alone - r.alone_amount, open_total = m.open_total - r.amount
    FROM (
      SELECT wallet_id, meter, coalesce(sum(amount) FILTER (WHERE alone), 0) AS alone_amount, sum(amount) AS amount
      FROM after WHERE state = 'released' GROUP BY wallet_id, meter
    ) r
    WHERE m.wallet_id = r.wallet_id AND m.meter = r.meter;
  RETURN NULL;
END $$;
CREATE TRIGGER budget_reservations_released AFTER UPDATE ON budget_reservations REFERENCING NEW TABLE AS after
  FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION release_reservations();

-- Settling is inserting what moved: it closes the reservation, frees the rest of it, and gets its place and its sums.
CREATE FUNCTION place_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  payer record;
  payer_wallet record;
  held_amount numeric;
  head record;
BEGIN
  SELECT wallet_id, alone, state INTO payer FROM attempts WHERE id = NEW.attempt_id AND holding IS NOT NULL;
  SELECT last_decision_at_ms, state INTO payer_wallet FROM wallets WHERE id = payer.wallet_id FOR NO KEY UPDATE;
  -- Of a frozen wallet what moved beyond its holding counts too: that is why it was frozen.
  UPDATE budget_reservations SET state = 'settled'
    WHERE attempt_id = NEW.attempt_id AND meter = NEW.meter AND state = 'open' AND (amount >= NEW.amount OR payer_wallet.state = 'frozen')
    RETURNING amount INTO held_amount;
  IF NOT FOUND THEN
    PERFORM FROM budget_reservations WHERE attempt_id = NEW.attempt_id AND meter = NEW.meter;
    IF FOUND OR payer_wallet.state IS DISTINCT FROM 'frozen' OR payer.state IS DISTINCT FROM 'finalized' THEN
      RAISE EXCEPTION 'attempt % holds no reservation of at least % of % to settle', NEW.attempt_id, NEW.amount, NEW.meter
        USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_settlements_reserved', TABLE = 'budget_settlements';
    END IF;
    held_amount := 0;
    INSERT INTO budget_meters (wallet_id, meter, open_alone, open_total) VALUES (payer.wallet_id, NEW.meter, 0, 0) ON CONFLICT DO NOTHING;
  END IF;
  IF payer_wallet.last_decision_at_ms > NEW.at_ms THEN
    RAISE EXCEPTION 'a settlement of wallet % at % would stand before its last decision', payer.wallet_id, NEW.at_ms
      USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_settlements_in_time', TABLE = 'budget_settlements';
  END IF;
  IF payer_wallet.last_decision_at_ms < NEW.at_ms THEN
    UPDATE wallets SET last_decision_at_ms = NEW.at_ms WHERE id = payer.wallet_id;
  END IF;
  UPDATE budget_meters SET
      open_alone = open_alone - CASE WHEN payer.alone THEN held_amount ELSE 0 END,
      open_total = open_total - held_amount,
      settled_seq = settled_seq + 1,
      settled_alone = settled_alone + CASE WHEN payer.alone THEN NEW.amount ELSE 0 END,
      settled_total = settled_total + NEW.amount
    WHERE wallet_id = payer.wallet_id AND meter = NEW.meter
    RETURNING settled_seq, settled_alone, settled_total INTO STRICT head;
  NEW.wallet_id := payer.wallet_id;
  NEW.alone := payer.alone;
  NEW.seq := head.settled_seq;
  NEW.cumulative_alone := head.settled_alone;
  NEW.cumulative_total := head.settled_total;
  RETURN NEW;
END $$;
CREATE TRIGGER budget_settlements_place BEFORE INSERT ON budget_settlements FOR EACH ROW EXECUTE FUNCTION place_settlement();

-- At commit: a reservation is of its attempt's holding, open while the attempt may land, settled only when it landed for good and released
-- only when it cannot land.
CREATE FUNCTION require_budget_proof() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM budget_reservations r JOIN attempts a ON a.id = r.attempt_id
    WHERE r.attempt_id = NEW.attempt_id AND r.meter = NEW.meter AND a.wallet_id = r.wallet_id AND a.alone = r.alone
      AND a.holding -> 'amounts' @> jsonb_build_array(jsonb_build_object('meter', r.meter, 'amount', r.amount::text))
      AND CASE r.state
        WHEN 'open' THEN a.state IN ('prepared', 'signed', 'submitted', 'confirmed', 'unknown')
        WHEN 'settled' THEN a.state = 'finalized'
        ELSE a.state IN ('failed', 'expired', 'withdrawn')
      END;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the reservation of % by attempt % does not agree with the attempt', NEW.meter, NEW.attempt_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_reservations_proof', TABLE = 'budget_reservations';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER budget_reservations_proof AFTER INSERT OR UPDATE ON budget_reservations DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION require_budget_proof();

-- At commit: an attempt that has ended holds nothing.
CREATE FUNCTION require_nothing_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM budget_reservations WHERE attempt_id = NEW.id AND state = 'open';
  IF NOT FOUND THEN RETURN NULL; END IF;
  RAISE EXCEPTION 'attempt % is % and still holds a reservation', NEW.id, NEW.state
    USING ERRCODE = 'check_violation', CONSTRAINT = 'attempts_ended_holds_nothing', TABLE = 'attempts';
END $$;
CREATE CONSTRAINT TRIGGER attempts_ended_holds_nothing AFTER UPDATE OF state ON attempts DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.holding IS NOT NULL AND NEW.state IN ('finalized', 'failed', 'expired', 'withdrawn'))
  EXECUTE FUNCTION require_nothing_held();

-- INVARIANT I4: what moves money of the vault is signed only while it holds all its part of the budgets.
CREATE FUNCTION require_reservation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM jsonb_to_recordset(NEW.holding -> 'amounts') AS h (meter text, amount numeric)
    WHERE NOT EXISTS (
      SELECT FROM budget_reservations r
      WHERE r.attempt_id = NEW.id AND r.meter = h.meter AND r.amount = h.amount AND r.alone = (NEW.holding ->> 'alone')::boolean AND r.state = 'open'
    );
  IF NOT FOUND THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'attempt % is signed without all of its holding reserved', NEW.id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'attempts_signed_is_reserved', TABLE = 'attempts';
END $$;
CREATE TRIGGER attempts_signed_is_reserved BEFORE UPDATE OF state ON attempts FOR EACH ROW
  WHEN (OLD.state = 'prepared' AND NEW.state = 'signed' AND NEW.holding IS NOT NULL) EXECUTE FUNCTION require_reservation();

-- At commit: what is signed for a request counts as its route says, alone unless the owner countersigned.
CREATE FUNCTION require_holding_of_route() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM transaction_requests
    WHERE id = NEW.request_id AND wallet_id = NEW.wallet_id AND NEW.alone = (route IN ('autonomous', 'delayed'));
  IF FOUND THEN RETURN NULL; END IF;
  RAISE EXCEPTION 'attempt % is signed and its holding is not one of its request''s route', NEW.id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'attempts_holding_of_route', TABLE = 'attempts';
END $$;
CREATE CONSTRAINT TRIGGER attempts_holding_of_route AFTER UPDATE OF state ON attempts DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.state = 'prepared' AND NEW.state = 'signed' AND NEW.request_id IS NOT NULL)
  EXECUTE FUNCTION require_holding_of_route();

-- What never changes, and who alone changes the rest: a reservation ends once, settled by its settlement; the sums move with the rows.
CREATE TRIGGER budget_reservations_begin BEFORE INSERT ON budget_reservations FOR EACH ROW
  WHEN (NEW.state <> 'open') EXECUTE FUNCTION refuse_move('budget_reservations_begin');
CREATE TRIGGER budget_reservations_closed BEFORE UPDATE ON budget_reservations FOR EACH ROW
  WHEN (OLD.state <> 'open') EXECUTE FUNCTION refuse_move('budget_reservations_closed');
CREATE TRIGGER budget_reservations_immutable
  BEFORE UPDATE OF attempt_id, meter, wallet_id, alone, amount, reserved_at_ms ON budget_reservations
  FOR EACH ROW EXECUTE FUNCTION refuse_change('budget_reservations_immutable');
CREATE TRIGGER budget_reservations_settled BEFORE UPDATE ON budget_reservations FOR EACH ROW
  WHEN (NEW.state = 'settled' AND pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change('budget_reservations_settled');
CREATE TRIGGER budget_meters_follow BEFORE INSERT OR UPDATE ON budget_meters FOR EACH ROW
  WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change('budget_meters_follow');
CREATE TRIGGER budget_settlements_immutable BEFORE UPDATE ON budget_settlements
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('budget_settlements_immutable');

-- What is never removed.
CREATE TRIGGER budget_reservations_kept BEFORE DELETE OR TRUNCATE ON budget_reservations
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('budget_reservations_kept');
CREATE TRIGGER budget_settlements_kept BEFORE DELETE OR TRUNCATE ON budget_settlements
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('budget_settlements_kept');
CREATE TRIGGER budget_meters_kept BEFORE DELETE OR TRUNCATE ON budget_meters
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('budget_meters_kept');

-- The earliest moment after now_ms at which at most most_used is counted, if nothing more is reserved and what is open settles now in full;
-- null when that is so now, or never will be. What counts falls as the window's beginning moves on, so the search halves the window; a probe
-- is one look-up a meter.
CREATE FUNCTION budget_room_at(
  of_wallets text[], of_meters text[], of_weights numeric[], only_alone boolean, window_ms bigint, now_ms bigint, most_used numeric
) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  low bigint := greatest(now_ms - window_ms, 0);
  high bigint := now_ms;
  middle bigint;
  open_now numeric;
  settled_inside numeric;
  settled_after numeric;
  wallet_ids text[];
  meters text[];
  weights numeric[];
  sums numeric[];
BEGIN
  SELECT coalesce(sum(weight * opened), 0), coalesce(sum(weight * (settled - settled_before)), 0),
      array_agg(wallet_id) FILTER (WHERE settled > settled_before), array_agg(meter) FILTER (WHERE settled > settled_before),
      array_agg(weight) FILTER (WHERE settled > settled_before), array_agg(settled) FILTER (WHERE settled > settled_before)
    INTO open_now, settled_inside, wallet_ids, meters, weights, sums
    FROM (
      SELECT m.wallet_id, m.meter, t.weight,
        CASE WHEN only_alone THEN m.open_alone ELSE m.open_total END AS opened,
        CASE WHEN only_alone THEN m.settled_alone ELSE m.settled_total END AS settled,
        coalesce((
          SELECT CASE WHEN only_alone THEN s.cumulative_alone ELSE s.cumulative_total END FROM budget_settlements s
          WHERE s.wallet_id = m.wallet_id AND s.meter = m.meter AND s.at_ms < low ORDER BY s.at_ms DESC, s.seq DESC LIMIT 1
        ), 0) AS settled_before
      FROM unnest(of_wallets) AS w (id) CROSS JOIN unnest(of_meters, of_weights) AS t (meter, weight)
      JOIN budget_meters m ON m.wallet_id = w.id AND m.meter = t.meter
    ) AS terms;
  IF most_used < 0 OR open_now + settled_inside <= most_used THEN RETURN NULL; END IF;
  -- What is open leaves last, all at once.
  IF open_now > most_used THEN RETURN now_ms + window_ms + 1; END IF;
  -- The least moment after which little enough was settled.
  WHILE low < high LOOP
    middle := (low + high) / 2;
    SELECT sum(t.weight * (t.settled - coalesce((
        SELECT CASE WHEN only_alone THEN s.cumulative_alone ELSE s.cumulative_total END FROM budget_settlements s
        WHERE s.wallet_id = t.wallet_id AND s.meter = t.meter AND s.at_ms <= middle ORDER BY s.at_ms DESC, s.seq DESC LIMIT 1
      ), 0))) INTO settled_after
      FROM unnest(wallet_ids, meters, weights, sums) AS t (wallet_id, meter, weight, settled);
    IF open_now + settled_after <= most_used THEN
      high := middle;
    ELSE
      low := middle + 1;
    END IF;
  END LOOP;
  -- A settlement still counts when it is exactly as old as the window is long.
  RETURN high + window_ms + 1;
END $$;
