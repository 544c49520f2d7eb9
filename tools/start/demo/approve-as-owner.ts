import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../root.ts';
import type { DemoOwner } from './demo-owner.ts';

/** Signs an approval with the `countersign` tool, which reads the bytes itself and refuses what does not match the policy. */
export function approveAsOwner(
  given: { readonly url: string; readonly credentialFile: string; readonly owner: DemoOwner },
  approval: string,
): Promise<void> {
  const args = ['approve', approval, '--yes', '--json', '--url', given.url, '--credential-file', given.credentialFile];
  const key = ['--owner-key', given.owner.keyFile, '--passphrase-file', given.owner.passphraseFile];
  const child = spawn(process.execPath, [join(ROOT, 'packages/cli/bin/countersign.mjs'), ...args, ...key], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      output += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) return resolve();
      reject(new Error(`the demo owner did not sign ${approval}: ${output.trim().replace(/\s+/g, ' ').slice(0, 500)}`));
    });
  });
}
