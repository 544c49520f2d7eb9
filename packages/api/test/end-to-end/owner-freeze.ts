import { expect, test } from 'vitest';
import { carryOut, signText, statementOf } from './owner-desk.ts';
import { must, until, untilState } from './stack.ts';
import { sql } from './thief-ask.ts';
import { answerOf, type Stage, spendBytes, type Victim } from './thief-stage.ts';

/** Freezing while everything goes on, while parts are away, and across restarts. Not beside other tests: it stops what they need. */
export function freezing(stage: () => Stage, plain: () => Victim, busy: () => Victim): void {
  const pay = (of: Victim) => of.agent.pay(of.id, { asset: 'SOL', amount: '1000000', recipient: of.merchant }, stage().key());
  const paid = async (of: Victim): Promise<void> => {
    await untilState(of, must(await pay(of)).transaction.id, 'finalized');
  };
  const stateOf = async (of: Victim): Promise<string> => must(await stage().stack.operator.getWallet(of.id)).state;
  const signerOf = async (of: Victim): Promise<string> =>
    answerOf(stage().keys.signWithAgentKey({ walletId: of.walletId, kind: 'spend', message: await spendBytes(stage(), of, 1_000n) }));
  const unfreeze = async (of: Victim): Promise<void> => {
    await carryOut(stage().stack.operator, must(await stage().stack.operator.requestUnfreeze(of.id)).id, { owner: of.owner });
  };
  const byStatement = async (of: Victim) => {
    const statement = await statementOf(stage(), of, { action: 'freeze' });
    return { statement, signature: signText(of.owner, statement) };
  };

  /** Fifty payments with a freeze among them; gives how many were signed, and how many were refused. */
  async function raceOnce(first: number): Promise<{ readonly signed: number; readonly refused: number }> {
    const { id, agent, vault } = busy();
    const before = await stage().balance(vault);
    const [head] = await sql(stage(), 'SELECT sequence FROM audit_heads WHERE chain = $1', [id]);
    const statement = await byStatement(busy());
    const early = Array.from({ length: first }, () => pay(busy()));
    if (first > 25) await Promise.race(early);
    const freezing = stage().stack.client(null).freeze(id, statement);
    const late = Array.from({ length: 50 - first }, () => pay(busy()));
    must(await freezing);
    const answered = await Promise.all([...early, ...late]);
    await until('all that was signed has ended', async () =>
      must(await agent.listTransactions(id, { limit: '100' })).items.every(
        ({ state, signature }) => signature === null || ['finalized', 'expired', 'failed'].includes(state),
      ),
    );
    const log = await sql(stage(), 'SELECT action FROM audit_entries WHERE chain = $1 AND sequence > $2 ORDER BY sequence', [
      id,
      head?.['sequence'],
    ]);
    const actions = log.map((entry) => String(entry['action']));
    const frozenAt = actions.indexOf('wallet.frozen');
    expect(frozenAt).toBeGreaterThanOrEqual(0);
    expect(actions.slice(frozenAt).filter((action) => action === 'attempt.signed')).toEqual([]);
    const signed = actions.filter((action) => action === 'attempt.signed').length;
    const landed = actions.filter((action) => action === 'attempt.finalized').length;
    expect(landed).toBeLessThanOrEqual(signed);
    expect(before - (await stage().balance(vault))).toBe(BigInt(landed) * 1_000_000n);
    return { signed, refused: answered.filter(({ ok }) => !ok).length };
  }

  test('ATTACK 257, INVARIANT I7: fifty payments race with a freeze: none is signed after its commit', async () => {
    let [signed, refused] = [0, 0];
    // Which of them the freeze meets is the machine's affair; it has to meet them in both ways.
    for (const first of [10, 40, 25, 45, 5]) {
      const race = await raceOnce(first);
      await unfreeze(busy());
      [signed, refused] = [signed + race.signed, refused + race.refused];
      if (race.signed > 0 && race.refused > 0) break;
    }
    expect(Math.min(signed, refused)).toBeGreaterThan(0);
    await paid(busy());
  });

  test('INVARIANT I7: it freezes with the chain stopped, and with the signer gone, which is suspended when it is back', async () => {
    const { stack } = stage();
    const statement = await byStatement(plain());
    process.kill(stack.chain.pid, 'SIGSTOP');
    try {
      const startedMs = performance.now();
      expect(must(await stack.client(null).freeze(plain().id, statement))).toMatchObject({
        wallet: { state: 'frozen' },
        signerProblem: null,
      });
      must(await stack.operator.freeze(busy().id));
      expect(performance.now() - startedMs).toBeLessThan(1_500);
    } finally {
      process.kill(stack.chain.pid, 'SIGCONT');
    }
    for (const each of [plain(), busy()]) expect(await signerOf(each)).toBe('suspended');
    await unfreeze(busy());
    await stack.killSigner();
    const frozen = must(await stack.operator.freeze(busy().id));
    expect(frozen.wallet.state).toBe('frozen');
    expect(frozen.signerProblem).not.toBeNull();
    await stack.restartSigner();
    await until('the signer is told', async () => (await signerOf(busy())) === 'suspended');
  });

  test('INVARIANT I7: nothing that restarts undoes a freeze', async () => {
    const { stack } = stage();
    expect([await stateOf(plain()), await stateOf(busy())]).toEqual(['frozen', 'frozen']);
    await stack.crashApi();
    await stack.killSigner();
    await stack.crashDatabase(0);
    await stack.restartSigner();
    await stack.startApi();
    for (const each of [plain(), busy()]) {
      await until('it is read again', async () => (await stateOf(each)) === 'frozen');
      expect(await signerOf(each)).toBe('suspended');
      expect(await pay(each)).toMatchObject({ ok: false, error: { code: 'payment_denied' } });
    }
    await unfreeze(busy());
    await paid(busy());
    expect(must(await stack.operator.verifyAudit()).ok).toBe(true);
  });
}
