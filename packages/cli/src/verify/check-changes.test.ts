import { type Address, sha256Hex } from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import { createTestKey } from '@countersign/testkit';
import { describe, expect, test } from 'vitest';
import { cancelProposal, removeSpendingLimit, setConfigAuthority } from '../../../solana/src/build/squads-instructions.ts';
import { APPROVAL_ID, addressesFor, must, POLICY, plannedLimits, preparedPayment, RECIPIENT, STRANGER } from '../test-support/prepared.ts';
import {
  base64,
  cancelMessage,
  NEW_AGENT,
  NEW_OWNER,
  preparedDelayed,
  preparedKits,
  preparedRekeying,
  preparedRevocation,
  RECOVERY,
  settingsMessage,
} from '../test-support/prepared-changes.ts';
import { checkPrepared } from './check-prepared.ts';

const owner = createTestKey(Buffer.alloc(32, 77)).address;
const nowMs = Date.parse('2026-05-01T12:00:00Z');
const check = (prepared: PreparedView, key: Address = owner, inForce: readonly string[] = []) =>
  checkPrepared(prepared, { key, approval: APPROVAL_ID, nowMs, inForce });
function refusal(prepared: PreparedView, key: Address = owner): string {
  const checked = check(prepared, key);
  if (checked.ok) throw new Error('was accepted');
  expect(checked.error.exitCode).toBe(7);
  return (checked.error.details ?? []).join('\n');
}
const limitsNow = async (): Promise<readonly Address[]> =>
  (await plannedLimits(await addressesFor(owner), 1, POLICY)).map(({ spendingLimit }) => spendingLimit);

describe('INVARIANT I6, I8: a rotation of the agent key', () => {
  const rotation = (bent: Parameters<typeof preparedRekeying>[3] = {}) => preparedRekeying('rotate_agent_key', owner, nowMs, bent);

  test('an honest one shows old and new key, and removes the old limits', async () => {
    const checked = must(check(await rotation(), owner, await limitsNow()));
    const text = checked.summary.join('\n');
    expect(text).toContain(NEW_AGENT);
    expect(text).toContain((await addressesFor(owner)).agent);
    expect(checked.warnings).toEqual([]);
    expect(checked.part).toBe('owner');
  });
  test('limits that go on naming the old agent, or a stranger', async () => {
    const { agent } = await addressesFor(owner);
    for (const who of [agent, STRANGER])
      expect(refusal(await rotation({ target: (honest) => ({ ...honest, agent: who }) }))).toContain('not the one of the policy');
  });
  test('an old limit that stays is pointed out: the old key could go on by it', async () => {
    const checked = must(check(await rotation(), owner, [...(await limitsNow()), STRANGER]));
    expect(checked.warnings.join()).toContain('OLD agent key');
  });
  test('a policy that is another than the one in force', async () => {
    const looser = POLICY.replace('"autonomous": "500000000"', '"autonomous": "900000000"');
    expect(refusal(await rotation({ text: looser }))).toContain('another policy document');
  });
  test('after a tightening the signed document comes along, and never a looser one than it', async () => {
    const honest = await rotation();
    const tighter = POLICY.replace('"autonomous": "500000000"', '"autonomous": "400000000"');
    const inForce = (text: string) => ({ revision: 1, tightening: 1, text, policySha256: sha256Hex(text) });
    expect(must(check({ ...honest, inForce: inForce(tighter) }, owner, await limitsNow())).warnings.join()).toContain('tightened');
    const looser = POLICY.replace('"autonomous": "500000000"', '"autonomous": "900000000"');
    expect(refusal({ ...honest, inForce: inForce(looser) })).toContain('another policy document');
    expect(refusal({ ...honest, inForce: inForce('{}') })).toContain('another policy document');
  });
  test('another recovery key, another owner, that come along unseen', async () => {
    expect(refusal(await rotation({ change: { recovery: STRANGER } }))).toContain('recovery key changes');
    expect(refusal(await rotation({ change: { owner: STRANGER } }))).toContain('owner key changes');
    expect(refusal(await rotation({ target: (honest) => ({ ...honest, owner: STRANGER }) }))).toContain('this does not belong here');
  });
  test('a proposal is cancelled first; the agent signs nothing else', async () => {
    const honest = await rotation();
    const cancel = await cancelMessage(owner);
    expect(must(check({ ...honest, messages: [cancel, ...honest.messages] })).messages).toHaveLength(honest.messages.length + 1);
    const payment = await preparedPayment(owner);
    expect(refusal({ ...honest, messages: [...payment.messages, ...honest.messages] })).toContain('does not belong here');
  });
  test('the agent signs nothing beside the cancelling, in one transaction with it either', async () => {
    const honest = await rotation();
    const [limit = owner] = await limitsNow();
    const mixed = await settingsMessage(owner, async (by, { multisig, agent }) => [
      await cancelProposal(multisig, agent, 4n),
      removeSpendingLimit(by, limit),
    ]);
    expect(refusal({ ...honest, messages: [mixed, ...honest.messages] })).toContain('does more than to cancel');
  });
  test('control that is handed over beside a rotation, to a stranger or to anybody', async () => {
    const honest = await rotation();
    for (const next of [STRANGER, NEW_AGENT]) {
      const handed = await settingsMessage(owner, async (by) => [setConfigAuthority(by, next)]);
      expect(refusal({ ...honest, messages: [...honest.messages, handed] })).toContain('this does not belong here');
    }
  });
  test('a statement of another action, of another key', async () => {
    const honest = await rotation();
    const statement = honest.statement?.replace(NEW_AGENT, STRANGER) ?? '';
    expect(refusal({ ...honest, statement })).toContain('something else');
  });
});

describe('INVARIANT I6: another owner', () => {
  const replacement = (bent: Parameters<typeof preparedRekeying>[3] = {}) => preparedRekeying('replace_owner_key', owner, nowMs, bent);

  test('the old owner signs all, the new one the statement; each is told its part', async () => {
    const prepared = await replacement();
    expect(must(check(prepared)).part).toBe('owner');
    expect(must(check(prepared)).summary.join('\n')).toContain(`NEW OWNER  ${NEW_OWNER}`);
    expect(must(check(prepared, NEW_OWNER)).part).toBe('new_owner');
    expect(refusal(prepared, STRANGER)).toContain(`this key is ${STRANGER}`);
  });
  test('control that goes to somebody else than is shown', async () => {
    expect(refusal(await replacement({ target: (honest) => ({ ...honest, owner: STRANGER }) }))).toContain(STRANGER);
  });
  test('control that is handed over before the end: what comes after it would be another’s to decide', async () => {
    const honest = await replacement();
    const early = await settingsMessage(owner, async (by) => [setConfigAuthority(by, NEW_OWNER)]);
    expect(refusal({ ...honest, messages: [early, ...honest.messages] })).toContain('before the end');
  });
  test('control that goes to somebody else beside a true replacement', async () => {
    const honest = await replacement();
    const stolen = await settingsMessage(owner, async (by) => [setConfigAuthority(by, STRANGER)]);
    expect(refusal({ ...honest, messages: [...honest.messages, stolen] })).toContain('this does not belong here');
  });
  test('the recovery key consents where the owner key is lost', async () => {
    const prepared = await replacement({ change: { consentOf: 'recovery' } });
    expect(must(check(prepared, RECOVERY)).part).toBe('recovery');
    expect(refusal(prepared)).toContain('the recovery key is');
    expect(refusal(await replacement({ change: { consentOf: 'recovery' }, recovery: null }), RECOVERY)).toContain('names none');
  });
  test('a new owner who is the agent already', async () => {
    const { agent } = await addressesFor(owner);
    expect(refusal(await replacement({ change: { owner: agent } }))).toContain('is a key of this wallet already');
  });
});

describe('INVARIANT I7: taking rights away', () => {
  test('a revocation removes limits and destroys the key, and nothing else', async () => {
    const prepared = await preparedRevocation(owner, nowMs);
    expect(must(check(prepared, owner, await limitsNow())).warnings).toEqual([]);
    const nothing = await preparedRevocation(owner, nowMs, true);
    expect(must(check(nothing, owner, await limitsNow())).warnings.join()).toContain('is not removed');
    const rotation = await preparedRekeying('rotate_agent_key', owner, nowMs);
    expect(refusal({ ...prepared, messages: rotation.messages })).toContain('does not belong here');
  });
  test('a lockdown is shown with every limit that it removes', async () => {
    const [one = owner] = await limitsNow();
    const checked = must(check(await preparedKits('arm_lockdown', owner, [[one, STRANGER], [one], [STRANGER]]), owner, [one]));
    expect(checked.messages).toHaveLength(3);
    expect(checked.summary.join('\n')).toContain(one);
    expect(checked.warnings).toEqual([]);
    const less = must(check(await preparedKits('arm_lockdown', owner, [[STRANGER]]), owner, [one]));
    expect(less.warnings.join()).toContain('would stay in a lockdown');
  });
  test('what could do more than a lockdown: a payment, a rotation, a hand-over, a stranger’s nonce', async () => {
    const [one = owner] = await limitsNow();
    const honest = await preparedKits('arm_lockdown', owner, [[one]]);
    for (const other of [
      await preparedPayment(owner),
      await preparedRekeying('rotate_agent_key', owner, nowMs),
      await preparedKits('make_recovery_kit', owner),
      await preparedKits('arm_lockdown', STRANGER, [[one]]),
    ])
      expect(refusal({ ...honest, messages: other.messages })).toContain('could do something else');
    expect(refusal({ ...honest, messages: [...honest.messages, ...honest.messages] })).toContain('one nonce account');
  });
  test('a changed byte is refused or removes another limit, which is shown', async () => {
    const [one = owner] = await limitsNow();
    const honest = await preparedKits('arm_lockdown', owner, [[one]]);
    const bytes = Buffer.from(honest.messages[0] ?? '', 'base64');
    for (let at = 0; at < bytes.length; at += 3) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x04;
      const checked = check({ ...honest, messages: [base64(changed)] });
      if (!checked.ok) continue;
      for (const effect of checked.value.messages.flatMap(({ effects }) => effects))
        expect(['fee', 'durable_nonce', 'governance']).toContain(effect.kind);
    }
  });
  test('a recovery kit hands over to the recovery key alone', async () => {
    const prepared = await preparedKits('make_recovery_kit', owner);
    const checked = must(check(prepared));
    expect(checked.summary.join('\n')).toContain(RECOVERY);
    expect(refusal({ ...prepared, recovery: STRANGER })).toContain('could do something else');
    expect(refusal({ ...prepared, recovery: null })).toContain('no recovery key');
  });
});

describe('INVARIANT I6: a delayed payment that goes early', () => {
  test('an honest one', async () => {
    const checked = must(check(await preparedDelayed(owner, nowMs)));
    expect(checked.summary.join('\n')).toContain('2 SOL (2000000000 base units)');
    expect(checked.summary.join('\n')).toContain(RECIPIENT);
    expect(checked.messages).toEqual([]);
  });
  test('an intent that pays somebody else, or more', async () => {
    expect(refusal(await preparedDelayed(owner, nowMs, { recipient: STRANGER }))).toContain(STRANGER);
    expect(refusal(await preparedDelayed(owner, nowMs, { amount: 2_000_000_001n }))).toContain('2000000001');
  });
  test('bytes with one more at the end, or a statement over other bytes', async () => {
    const honest = await preparedDelayed(owner, nowMs);
    const bytes = Buffer.from(honest.intent ?? '', 'base64');
    expect(refusal({ ...honest, intent: base64(Buffer.concat([bytes, Buffer.of(0)])) })).toContain('nothing that can be read');
    const other = await preparedDelayed(owner, nowMs, { amount: 5n });
    expect(refusal({ ...honest, statement: other.statement })).toContain('something else');
    expect(refusal({ ...honest, inForce: null })).toContain('under which policy');
  });
});
