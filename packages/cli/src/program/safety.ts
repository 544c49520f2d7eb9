import type { Command } from 'commander';
import { type Dispatch, define, group } from './define.ts';

export function addSafetyCommands(program: Command, dispatch: Dispatch): void {
  define(program, dispatch, {
    usage: 'freeze',
    summary: 'stop a wallet now',
    about:
      'From the moment it answers nothing more is signed for the wallet. It says what was signed before and may still land. Only the owner can undo it.',
    options: [{ flags: '--reason <text>', about: 'why, for the record' }],
    examples: ['countersign freeze', 'countersign freeze --wallet main --reason "strange payments"'],
    load: async () => (await import('../commands/freeze.ts')).default,
  });
  define(program, dispatch, {
    usage: 'unfreeze',
    summary: 'ask the owner to let a frozen wallet go on',
    examples: ['countersign unfreeze', 'countersign approve'],
    load: async () => (await import('../commands/unfreeze.ts')).default,
  });

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
    usage: 'propose <file>',
    summary: 'propose the next revision; the owner signs it',
    examples: ['countersign policy propose policy.json', 'countersign approve --watch'],
    load: async () => (await import('../commands/policy-propose.ts')).default,
  });
  define(policy, dispatch, {
    usage: 'show [revision]',
    summary: 'the policy in force, or one revision',
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
