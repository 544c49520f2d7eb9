import type { Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion/completion-script.ts';
import { answer, misuse } from '../outcome.ts';
import { type Dispatch, define } from './define.ts';

export function addTools(program: Command, dispatch: Dispatch): void {
  define(program, dispatch, {
    usage: 'whoami',
    summary: 'whose credential this is',
    options: [
      { flags: '--as <role>', about: 'which credential of the service that runs in this clone', choices: ['agent', 'operator', 'owner'] },
    ],
    examples: ['countersign whoami', 'countersign whoami --as agent'],
    load: async () => (await import('../commands/whoami.ts')).default,
  });
  define(program, dispatch, {
    usage: 'doctor',
    summary: 'look for what is wrong, and say what to do',
    about:
      'Looks at Node, the data folder, free disk space, the Squads program, the service with its database, chain, signer and clock, the credential, and whether ' +
      'each wallet has what stops its agent and saves it from a lost key. Warnings (!) are no faults.',
    examples: ['countersign doctor'],
    load: async () => (await import('../commands/doctor.ts')).default,
  });
  define(program, dispatch, {
    usage: 'completion <shell>',
    summary: `a completion script for ${SHELLS.join(', ')}`,
    examples: [
      'countersign completion bash > ~/.local/share/bash-completion/completions/countersign',
      'countersign completion zsh > ~/.zfunc/_countersign   # a folder of $fpath',
      'countersign completion fish > ~/.config/fish/completions/countersign.fish',
    ],
    load: async () => async (invocation) => {
      const [shell = ''] = invocation.args;
      if (!(SHELLS as readonly string[]).includes(shell))
        return misuse(`"${shell}" is no shell that is known`, `one of ${SHELLS.join(', ')}`);
      const script = completionScript(program, shell as Shell);
      return answer({ shell, script }, script.trimEnd().split('\n'));
    },
  });
}
