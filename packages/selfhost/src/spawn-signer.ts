import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Address, fail, isAddress, ok, type Result } from '@countersign/core';

/** The file to run as the signer: `node` with the flags of `signer-options.ts`. */
export const SIGNER_MAIN: string = fileURLToPath(new URL('./signer/main.ts', import.meta.url));

export interface SignerProcess {
  readonly pid: number;
  readonly socketPath: string;
  readonly feeAccount: Address;
  /** Resolves with the exit code (`null` when a signal ended it). */
  readonly exited: Promise<number | null>;
  /** Ends it with SIGTERM and waits. */
  stop(): Promise<void>;
}

/**
 * Starts the signer as a child that ends with this process, and waits for its line of readiness. The child gets no environment but
 * PATH, so that no variable can open a debugger. The error is what the signer wrote on its way out.
 */
export async function spawnSigner(input: {
  readonly socketPath: string;
  readonly keystoreDirectory: string;
  readonly passphraseFile: string;
  readonly moreArguments: readonly string[];
}): Promise<Result<SignerProcess, string>> {
  const child = spawn(
    process.execPath,
    [
      '--disable-sigusr1',
      SIGNER_MAIN,
      ...['--socket', input.socketPath, '--keystore', input.keystoreDirectory, '--passphrase-file', input.passphraseFile],
      '--die-with-parent',
      ...input.moreArguments,
    ],
    { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '' } },
  );
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-4096);
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
  const ready = await firstLine(child);
  const feeAccount = ready === null ? null : feeAccountOf(ready);
  if (feeAccount === null || child.pid === undefined) {
    child.kill('SIGKILL');
    await exited;
    return fail(complaint.trim() || 'the signer ended before it was ready');
  }
  return ok({
    pid: child.pid,
    socketPath: input.socketPath,
    feeAccount,
    exited,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  });
}

async function firstLine(child: ChildProcess): Promise<string | null> {
  if (!child.stdout) return null;
  for await (const line of createInterface({ input: child.stdout })) return line;
  return null;
}

function feeAccountOf(line: string): Address | null {
  try {
    const { ready, feeAccount } = JSON.parse(line) as { readonly ready?: unknown; readonly feeAccount?: unknown };
    return ready === true && typeof feeAccount === 'string' && isAddress(feeAccount) ? feeAccount : null;
  } catch {
    return null;
  }
}
