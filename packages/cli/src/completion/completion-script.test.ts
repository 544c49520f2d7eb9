import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../program/build-program.ts';
import { completionScript, SHELLS } from './completion-script.ts';

const program = buildProgram('0', async () => {});

/** What bash offers after these words; the last one is being typed. */
function offers(...words: readonly string[]): readonly string[] {
  const script = `${completionScript(program, 'bash')}
COMP_WORDS=(countersign ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_countersign; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');
}

describe('completion', () => {
  test('bash offers commands, their commands, options and choices', () => {
    expect(offers('')).toEqual(program.commands.map((command) => command.name()));
    expect(offers('wal')).toEqual(['wallet']);
    expect(offers('wallet', '')).toEqual(['create', 'show', 'list', 'address']);
    expect(offers('--json', 'tx', 'sh')).toEqual(['show']);
    expect(offers('pay', '--am')).toEqual(['--amount']);
    expect(offers('pay', '--wait', '')).toEqual(['submitted', 'confirmed', 'finalized']);
    expect(offers('freeze', '--wal')).toEqual(['--wallet']);
    expect(offers('pay', '--amount', '')).toEqual([]);
  });
  test('every shell gets every command and option', () => {
    for (const shell of SHELLS) {
      const script = completionScript(program, shell);
      for (const word of ['create', 'unfreeze', 'idempotency-key', 'passphrase-file', 'signatures', 'completion'])
        expect(script, `${shell} ${word}`).toContain(word);
    }
  });
});
