import type { Command } from 'commander';
import { type CommandSpec, type Dispatch, define, group, type OptionSpec } from './define.ts';

const CREDENTIAL_OPTIONS: readonly OptionSpec[] = [
  { flags: '--label <text>', about: 'what it is for, shown in lists' },
  { flags: '--out <file>', about: 'write the secret to this new file (mode 600) and do not show it', file: true },
];

export function addPeopleCommands(program: Command, dispatch: Dispatch): void {
  const agent = group(program, 'agent', 'credentials with which an agent asks for payments', 'countersign agent list');
  define(
    agent,
    dispatch,
    adding(
      'agent',
      'give an agent of a wallet a credential',
      'It can ask for payments and freeze its own wallet. It never holds a key. The secret is shown once.',
    ),
  );
  define(agent, dispatch, {
    usage: 'revoke <credential>',
    summary: 'make a credential worthless, at once',
    about: 'Works for credentials of every role. What was signed before may still land: "countersign freeze" says what.',
    examples: ['countersign agent revoke crd_01KAQ5R9V3N8X2M4T6W8Y0Z1B3'],
    load: async () => (await import('../commands/agent-revoke.ts')).default,
  });
  define(agent, dispatch, {
    usage: 'list',
    summary: 'credentials, without their secrets',
    options: [{ flags: '--role <role>', about: 'whose (default: agent)', choices: ['agent', 'operator', 'owner', 'all'] }],
    examples: ['countersign agent list', 'countersign agent list --role all'],
    load: async () => (await import('../commands/agent-list.ts')).default,
  });
  const operator = group(program, 'operator', 'credentials of those who run the service', 'countersign operator add --label "Ada"');
  define(
    operator,
    dispatch,
    adding(
      'operator',
      'give another operator a credential',
      'An operator makes wallets, issues credentials and freezes, and can neither pay nor unfreeze.',
    ),
  );
}

/** `add`, for one role. */
function adding(role: 'agent' | 'operator', summary: string, about: string): CommandSpec {
  return {
    usage: 'add',
    summary,
    about,
    options: CREDENTIAL_OPTIONS,
    examples: [`countersign ${role} add --label "${role === 'agent' ? 'research bot' : 'Ada'}" --out ${role}-credential`],
    load: async () => (await import('../commands/credential-add.ts')).addCredential(role),
  };
}
