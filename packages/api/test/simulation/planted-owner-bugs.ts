import type { PlantedBug } from './planted-bugs.ts';

const STILL_LIVE = 'if (attempts.some(({ state }) => isLive(state))) {';
const NOT_LANDED = "const lost = attempts.find(({ state }) => state !== 'finalized');";

/** Bugs in what changes keys, policies and what stops a wallet. */
export const PLANTED_OWNER_BUGS: readonly PlantedBug[] = [
  {
    name: 'the signer swaps keys when the change is confirmed, before it was read back',
    edits: [
      {
        file: 'services/finish-approval.ts',
        find: STILL_LIVE,
        replace: STILL_LIVE.replace('isLive(state)', "isLive(state) && state !== 'confirmed'"),
      },
      {
        file: 'services/finish-approval.ts',
        find: NOT_LANDED,
        replace: NOT_LANDED.replace("'finalized'", "'finalized' && state !== 'confirmed'"),
      },
      {
        file: 'services/bring-into-force.ts',
        find: 'if (differences.length > 0) return',
        replace: 'if (differences.length > 1_000) return',
      },
    ],
    found: /^I8/,
    withinSeeds: 400,
  },
  {
    name: 'the agent key signs while the keys change',
    edits: [
      { file: 'services/sign-attempt.ts', find: 'if (wallet.rekeyingBy !== null)', replace: "if (wallet.rekeyingBy === '' as string)" },
    ],
    found: /^(I8|a bug: .*attempts_signed_while_rekeying)/,
    withinSeeds: 1_000,
  },
  {
    name: 'the flag that the keys change is not set',
    edits: [
      {
        file: 'services/carry-out-settings.ts',
        find: 'if (wallet.rekeyingBy === null) await tx.wallets.setRekeying(wallet.id, null, approval.id);',
        replace: '',
      },
    ],
    found: /^(I8|a bug: .*rekey)/,
    withinSeeds: 400,
  },
  {
    name: 'a key counts as destroyed before the signer has wiped it',
    edits: [
      {
        file: 'services/bring-into-force.ts',
        find: "await revokeKey(tx, wallet.id, 'agent', locked.agent, atMs);",
        replace: `await revokeKey(tx, wallet.id, 'agent', locked.agent, atMs).then(async () => {
    const key = await tx.keys.ofAddress(wallet.id, locked.agent);
    if (key !== null) await tx.keys.move(key.id, 'revoked', 'destroyed', {});
  });`,
      },
    ],
    found: /^I8/,
    withinSeeds: 400,
  },
  {
    name: 'the document in force is not read again under the lock',
    edits: [{ file: 'services/lock-for-decision.ts', find: 'readPolicyInForce(tx, walletId),', replace: 'Promise.resolve(planned),' }],
    found: /^I4/,
    withinSeeds: 1_000,
  },
  {
    name: 'a rotation takes with it what the operator tightened',
    edits: [
      {
        file: 'services/record-in-force.ts',
        find: 'if (before?.tightening && REKEYING_KINDS.includes(kind))',
        replace: 'if (before === undefined)',
      },
    ],
    found: /^I7/,
    withinSeeds: 1_000,
  },
  {
    name: 'a lockdown is sent before its bytes are kept',
    edits: [
      {
        file: 'services/send-lockdown.ts',
        find: '  const { wire, signature } = signed.value;\n',
        replace: '  const { wire, signature } = signed.value;\n  await deps.chain.submitTransaction(wire);\n',
      },
    ],
    found: /^I2/,
    withinSeeds: 400,
  },
  {
    name: 'a lockdown counts as done before the chain was read back',
    edits: [
      {
        file: 'services/finish-lockdown.ts',
        find: "if (kit.limits.every((limit) => !limits.has(limit))) return 'used';",
        replace: "if (kit.limits.every((limit) => !limits.has(limit)) || status?.kind === 'confirmed') return 'used';",
      },
    ],
    found: /^I8/,
    withinSeeds: 1_000,
  },
  {
    name: 'an unfreezing uses no statement up',
    edits: [
      {
        file: 'services/unfreeze.ts',
        find: 'const used = await useStatement(tx, context, statementSignature, atMs);',
        replace: 'const used = ok(useStatement.length + atMs);',
      },
    ],
    found: /^I7/,
    withinSeeds: 100,
  },
  {
    name: 'a statement that was used stops the wallet again',
    edits: [
      {
        file: 'services/use-owner-statement.ts',
        find: '(await tx.statements.use(entry)) ? ok(undefined)',
        replace: '(await tx.statements.use(entry)) || entry.nonce !== null ? ok(undefined)',
      },
    ],
    found: /^I6/,
    withinSeeds: 1_000,
  },
];
