import type { Edit } from './mutation.ts';

/** A bug that others have shipped, as a change of core's sources, and what the simulation must say about it. */
export interface PlantedBug {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** The violation begins with one of these. */
  readonly found: RegExp;
  /** Within so many seeds from 0 on; at most as many as the tests show to be clean without the bug. */
  readonly withinSeeds: number;
}

const FIRST_ANSWER = 'const { wire, signature } = assembled.value;';
const HEIGHT_PROOF = 'if (finalizedBlockHeight > attempt.lastValidBlockHeight) {';

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'the budget is reserved after signing',
    edits: [
      {
        file: 'services/follow-decision.ts',
        find: '    tx.budgets.reserve({ attemptId, walletId: wallet.id, holding, atMs }),\n',
        replace: '',
      },
      {
        file: 'services/sign-attempt.ts',
        find: '{ id, requestId, message }: Attempt,',
        replace: '{ id, requestId, message, holding }: Attempt,',
      },
      {
        file: 'services/sign-attempt.ts',
        find: FIRST_ANSWER,
        replace: `${FIRST_ANSWER}\n  if (holding !== null && ownerSignature === null) await tx.budgets.reserve({ attemptId: id, walletId, holding, atMs });`,
      },
    ],
    found: /^I4/,
    withinSeeds: 50,
  },
  {
    name: 'a reservation is released on a timeout, before the height proves anything',
    edits: [
      {
        file: 'services/advance-attempts.ts',
        find: HEIGHT_PROOF,
        replace: 'if (deps.clock.nowMs() - attempt.createdAtMs > 30_000) {',
      },
    ],
    found: /^I[34]/,
    withinSeeds: 400,
  },
  {
    name: 'decisions are made without the row lock',
    edits: [
      { file: 'services/lock-for-decision.ts', find: ' : tx.wallets.lock(walletId),', replace: ' : tx.wallets.get(walletId),' },
      { file: 'services/plan-and-decide.ts', find: '        tx.audit.hold(walletId),\n', replace: '' },
    ],
    found: /^(I4|I7|a bug: .*budget_)/,
    withinSeeds: 600,
  },
  {
    name: "the other wallets of the owner are not locked for the owner's common budget",
    edits: [
      {
        file: 'services/lock-for-decision.ts',
        find: 'tx.wallets.lockWithSiblings(walletId).then(([first]) => first ?? null)',
        replace: 'tx.wallets.lock(walletId)',
      },
    ],
    found: /^I4/,
    withinSeeds: 1_000,
  },
  {
    name: 'the freeze is not looked at under the lock when signing',
    edits: [{ file: 'services/sign-attempt.ts', find: 'tx.wallets.lockShared(walletId)', replace: 'tx.wallets.get(walletId)' }],
    found: /^I7/,
    withinSeeds: 1_000,
  },
  {
    name: 'an unknown outcome is answered with new bytes',
    edits: [
      {
        file: 'services/advance-attempts.ts',
        find: HEIGHT_PROOF,
        replace: HEIGHT_PROOF.replace('(', "(attempt.state === 'unknown' || "),
      },
    ],
    found: /^I[34]/,
    withinSeeds: 600,
  },
  {
    name: 'what was not found is taken for dead without the height',
    edits: [
      {
        file: 'services/advance-attempts.ts',
        find: HEIGHT_PROOF,
        replace: "if (attempt.state !== 'signed') {",
      },
    ],
    found: /^I[34]/,
    withinSeeds: 200,
  },
  {
    name: 'the budget is settled with what was asked instead of what moved',
    edits: [{ file: 'services/settle-attempt.ts', find: 'settledAmounts(holding, {', replace: '((_as: unknown) => holding.amounts)({' }],
    found: /^I4/,
    withinSeeds: 200,
  },
  {
    name: 'a confirmation is taken for final',
    edits: [
      {
        file: 'services/advance-attempts.ts',
        find: "if (status.kind === 'finalized') {",
        replace: "if (status.kind === 'finalized' || status.kind === 'confirmed') {",
      },
    ],
    found: /^I4/,
    withinSeeds: 50,
  },
  {
    name: 'the idempotency key is not claimed in the transaction that acts on it',
    edits: [
      {
        file: 'services/record-proposal.ts',
        find: 'await tx.idempotency.claim(',
        replace: "await (async (_entry: unknown) => ({ kind: 'claimed', fingerprint: '', requestId }) as const)(",
      },
    ],
    found: /^I3/,
    withinSeeds: 200,
  },
  {
    name: 'signed bytes are sent before they are persisted',
    edits: [
      { file: 'services/sign-attempt.ts', find: FIRST_ANSWER, replace: `${FIRST_ANSWER}\n  await deps.chain.submitTransaction(wire);` },
    ],
    found: /^I2/,
    withinSeeds: 50,
  },
  {
    name: 'the key is touched before the attempt is committed',
    edits: [
      {
        file: 'services/follow-decision.ts',
        find: '  return [\n    tx.attempts.insert(attempt),',
        replace:
          "  return [\n    deps.keys.signWithAgentKey({ walletId: wallet.id, message: built.bytes, kind: 'spend' }).then(() => undefined),\n    tx.attempts.insert(attempt),",
      },
    ],
    found: /^I2/,
    withinSeeds: 50,
  },
  {
    name: 'the audit entry is written in another transaction',
    edits: [
      {
        file: 'services/approve-payment.ts',
        find: 'await tx.audit.append(',
        replace:
          'await ((events: Parameters<typeof tx.audit.append>[0], at: number) => deps.database.transact(async (own) => ok(await own.audit.append(events, at))))(',
      },
    ],
    found: /^I10/,
    withinSeeds: 200,
  },
  {
    name: 'a delayed payment goes in spite of the veto',
    edits: [
      {
        file: 'services/release-payment.ts',
        find: 'now === null || !waits(current, now) ||',
        replace: "now === null || (!waits(current, now) && current.state !== 'rejected') ||",
      },
      {
        file: 'services/release-payment.ts',
        find: 'request === null || !waits(approval, request)) return;',
        replace: "request === null || (!waits(approval, request) && approval.state !== 'rejected')) return;",
      },
    ],
    found: /^I[16]/,
    withinSeeds: 400,
  },
  {
    name: 'the reservation is dropped when the signer does not sign',
    edits: [
      {
        file: 'services/follow-decision.ts',
        find: 'else await noteProblem(deps, requestId, signed.error);',
        replace: `else await deps.database.transact(async (tx) => {
    await tx.attempts.move(sign, 'prepared', 'withdrawn', {});
    await tx.budgets.release(sign);
    await noteProblem(deps, requestId, signed.error);
    return { ok: true, value: undefined };
  });`,
      },
    ],
    found: /^I(4|10)/,
    withinSeeds: 400,
  },
];
