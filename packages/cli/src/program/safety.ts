import type { Command } from 'commander';
import { type Dispatch, define, group } from './define.ts';
import { KEY } from './key-options.ts';

export function addSafetyCommands(program: Command, dispatch: Dispatch): void {
  addStopCommands(program, dispatch);
  addPolicyCommands(program, dispatch);
  addAuditCommands(program, dispatch);
}

function addStopCommands(program: Command, dispatch: Dispatch): void {
  define(program, dispatch, {
    usage: 'freeze',
    summary: 'stop a wallet now',
    about:
      'From the moment it answers nothing more is signed for the wallet. It says what was signed before and may still land. Only the owner can undo it. ' +
      '--as-owner needs no credential: the owner key signs a statement.',
    options: [
      { flags: '--reason <text>', about: 'why, for the record' },
      { flags: '--as-owner', about: 'with the signature of the owner key and no credential' },
      { flags: '--statement <file>', about: 'hand in what "countersign owner statement freeze" has made; - is pasted', file: true },
      ...KEY,
      { flags: '--network <genesis hash>', about: 'for --as-owner: instead of asking the service' },
      { flags: '--multisig <address>', about: 'for --as-owner: instead of asking the service' },
      { flags: '--from <file>', about: 'for --as-owner: take both from a file to sign, a kit, or "wallet show --json"', file: true },
    ],
    examples: [
      'countersign freeze',
      'countersign freeze --wallet main --reason "strange payments"',
      'countersign freeze --as-owner --from wallet.json --owner-key owner-key.json',
    ],
    load: async () => (await import('../commands/freeze.ts')).default,
  });
  define(program, dispatch, {
    usage: 'lockdown',
    summary: 'freeze a wallet, and take its limits off the chain with what the owner signed ahead of need',
    about:
      'For a stolen agent key: a freeze stops the service, and only the chain stops a key that somebody else has. Shows what is armed and asks; then tells each ' +
      'step until the limits were read back as gone. Exit code 5 when nothing was armed: the wallet is frozen all the same.',
    options: [
      { flags: '--reason <text>', about: 'why, for the record' },
      { flags: '--yes', about: 'do not ask' },
      { flags: '--timeout <seconds>', about: 'how long to follow it (default: 120; 0: not at all)' },
    ],
    examples: ['countersign lockdown', 'countersign lockdown --wallet main --reason "the host was broken into" --yes'],
    load: async () => (await import('../commands/lockdown.ts')).default,
  });
  define(program, dispatch, {
    usage: 'unfreeze',
    summary: 'see what changed since a freeze, and ask the owner to let the wallet go on',
    examples: ['countersign unfreeze', 'countersign approve'],
    load: async () => (await import('../commands/unfreeze.ts')).default,
  });
}

function addPolicyCommands(program: Command, dispatch: Dispatch): void {
  const policy = group(program, 'policy', 'what the agent may do', 'countersign policy show');
  define(policy, dispatch, {
    usage: 'check <file>',
    summary: 'check a policy document offline and show its limits',
    about:
      'Also tells what its author will hardly have meant: contradictions, routes that are never taken, limits that are looser on chain. Exit code 2 when it ' +
      'is invalid, the chain cannot back it, or a part of it can never have its effect. docs/spec/policy.md describes the document.',
    examples: ['countersign policy check policy.json'],
    load: async () => (await import('../commands/policy-check.ts')).default,
  });
  define(policy, dispatch, {
    usage: 'explain <file>',
    summary: 'what a policy would decide on a payment: every rule, every budget',
    about:
      'Offline, by the function that decides in the service, in a wallet that has enough of everything. What was spent before is what you state. Exit code 3 ' +
      'when the payment would be denied.',
    options: [
      {
        flags: '--request <file or json>',
        about: 'the payment: {"asset":"SOL","amount":"250000000","recipient":"…"}',
        required: true,
        file: true,
      },
      { flags: '--at <moment>', about: 'when, such as 2027-01-31T23:00:00Z (default: now)' },
      {
        flags: '--spent <asset=amount...>',
        about: 'what the agent paid alone just now to this recipient, in base units; may be given for each asset',
      },
      { flags: '--first', about: 'the recipient was never paid before' },
      { flags: '--consent', about: "the owner's signature is there" },
    ],
    examples: [
      `countersign policy explain policy.json --request '{"asset":"SOL","amount":"250000000","recipient":"owner"}'`,
      'countersign policy explain policy.json --request request.json --at 2027-01-31T23:00:00Z --spent SOL=1900000000',
    ],
    load: async () => (await import('../commands/policy-explain.ts')).default,
  });
  define(policy, dispatch, {
    usage: 'preset [name]',
    summary: 'print a policy that is ready to edit: cautious, standard or trading',
    about: 'Without a name: what each is for. Without recipients the owner alone is listed; without assets SOL.',
    options: [
      { flags: '--recipient <address=label...>', about: 'whom the agent may pay' },
      { flags: '--asset <asset=amount...>', about: 'what the agent may pay alone in a day: SOL=2, or MINT:DECIMALS=200 for a token' },
    ],
    examples: [
      'countersign policy preset standard > policy.json',
      'countersign policy preset cautious --recipient 9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin=Merchant --asset SOL=0.5',
    ],
    load: async () => (await import('../commands/policy-preset.ts')).default,
  });
  define(policy, dispatch, {
    usage: 'schema',
    summary: 'print the JSON Schema of a policy document, for editors',
    examples: ['countersign policy schema > policy.schema.json'],
    load: async () => (await import('../commands/policy-schema.ts')).default,
  });
  define(policy, dispatch, {
    usage: 'diff <file>',
    summary: 'how a document differs from the policy in force; what allows more is marked',
    examples: ['countersign policy diff policy.json'],
    load: async () => (await import('../commands/policy-diff.ts')).default,
  });
  define(policy, dispatch, {
    usage: 'tighten <file>',
    summary: 'put a document in force that allows less and nowhere more, at once and without the owner',
    about:
      'Refused (exit code 5) with every change that allows more. Bounds and limits on chain stay what the owner signed; only the owner takes it back.',
    examples: ['countersign policy tighten policy.json'],
    load: async () => (await import('../commands/policy-tighten.ts')).default,
  });
  define(policy, dispatch, {
    usage: 'propose <file>',
    summary: 'propose the next revision, and show how it differs; the owner signs it',
    options: [{ flags: '--recovery <address or none>', about: 'the recovery key from this revision on (default: it stays)' }],
    examples: [
      'countersign policy propose policy.json',
      'countersign policy propose policy.json --recovery 7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2',
      'countersign approve --watch',
    ],
    load: async () => (await import('../commands/policy-propose.ts')).default,
  });
  define(policy, dispatch, {
    usage: 'show [revision]',
    summary: 'the policy in force with what was tightened, or one revision',
    options: [{ flags: '--text', about: 'the exact document' }],
    examples: ['countersign policy show', 'countersign policy show 1 --text'],
    load: async () => (await import('../commands/policy-show.ts')).default,
  });
  define(policy, dispatch, {
    usage: 'list',
    summary: 'all revisions of a wallet',
    examples: ['countersign policy list'],
    load: async () => (await import('../commands/policy-list.ts')).default,
  });
}

function addAuditCommands(program: Command, dispatch: Dispatch): void {
  const audit = group(program, 'audit', 'what happened, in a log that shows tampering', 'countersign audit verify');
  define(audit, dispatch, {
    usage: 'list',
    summary: 'the latest rows',
    options: [
      { flags: '--limit <count>', about: 'how many (default: 30, at most 100)' },
      { flags: '--before <row>', about: 'rows before this one of a chain (with --wallet or --system)' },
      { flags: '--system', about: 'the chain of what belongs to no wallet' },
    ],
    examples: ['countersign audit list', 'countersign audit list --wallet main --limit 100'],
    load: async () => (await import('../commands/audit-list.ts')).default,
  });
  define(audit, dispatch, {
    usage: 'verify',
    summary: 'compute every hash of the log again, here',
    about:
      'Names the first row of each chain that was changed, removed or reordered (exit code 8). Rows cut off at the end show only against heads that you ' +
      'kept yourself: --remember compares with them and keeps the new ones.',
    options: [{ flags: '--remember <file>', about: 'compare with the heads in this file, then keep the heads of now in it', file: true }],
    examples: ['countersign audit verify', 'countersign audit verify --remember ~/audit-heads.json'],
    load: async () => (await import('../commands/audit-verify.ts')).default,
  });
}
