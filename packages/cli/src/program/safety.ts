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
    about: 'Exit code 2 when it is invalid or the chain cannot back it. docs/spec/policy.md describes the document.',
    examples: ['countersign policy check policy.json'],
    load: async () => (await import('../commands/policy-check.ts')).default,
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
