import { type Effect, type Governance, sha256, type WalletAddresses } from '@countersign/core';
import { parseMessage } from '@countersign/solana/decode';
import type { Problems } from './collect-problems.ts';

export const SQUADS = 'SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf';
/** Anchor: the first 8 bytes of SHA-256("global:" ‖ name). */
const CREATES = Buffer.from(sha256('global:vault_transaction_create').subarray(0, 8));

/** Propose, approve by agent and owner, execute and close, of one and the same proposal of this wallet, and nothing else. */
export function checkProposal(effects: readonly Effect[], { multisig, agent, owner }: WalletAddresses, problems: Problems): void {
  const steps = effects.filter((effect): effect is Governance => effect.kind === 'governance');
  const spelled = steps.map((step) => `${step.action} ${'member' in step ? (step.member ?? '-') : '?'}`);
  const expected = [`propose ${agent}`, `approve ${agent}`, `approve ${owner}`, `execute ${agent}`, 'close -'];
  const complete = spelled.length === expected.length && [...spelled].sort().join() === [...expected].sort().join();
  problems.expect(
    complete,
    `the proposal is not made, approved by agent and owner, executed and closed exactly once, but: ${spelled.join(', ') || 'nothing'}`,
  );
  for (const step of steps) problems.expect(step.wallet === multisig, `a step belongs to another wallet, ${step.wallet}`);
  const indexes = new Set(steps.map((step) => ('index' in step ? step.index : null)));
  problems.expect(indexes.size === 1 && !indexes.has(null), 'the steps are of different proposals');
}

/** Position of the one instruction that holds what the vault shall do: the effects of the vault have this position. */
export function positionOfVaultTransaction(bytes: Uint8Array, problems: Problems): number | null {
  const parsed = parseMessage(bytes);
  const instructions = parsed.ok ? parsed.value.instructions : [];
  const found = instructions.flatMap(({ program, data }, position) =>
    program === SQUADS && CREATES.equals(data.subarray(0, CREATES.length)) ? [position] : [],
  );
  problems.expect(found.length === 1, `the bytes make ${found.length} vault transactions, and a call is one`);
  return found.length === 1 ? (found[0] ?? null) : null;
}
