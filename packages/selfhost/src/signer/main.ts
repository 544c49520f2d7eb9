import { KDF_FLOOR } from '../keystore/kdf.ts';
import { KeyFileError } from '../keystore/key-file-problem.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { openKeystore } from '../keystore/open-keystore.ts';
import { readPassphraseFile, wipePassphrase } from '../memory/read-passphrase-file.ts';
import { createSigner } from './create-signer.ts';
import { listenOnSocket } from './listen-on-socket.ts';
import { debuggerRequested, disableCoreDumps, refuseLateDebugger } from './process-hardening.ts';
import { serveConnection } from './serve-connection.ts';
import { createProcessClock } from './signer-clock.ts';
import { readSignerOptions, type SignerOptions, USAGE } from './signer-options.ts';

/** The signer as a process of its own. Standard output: one line of JSON when ready. Exit code 2: wrong use; 1: it could not start. */
async function main(args: readonly string[]): Promise<void> {
  refuseLateDebugger();
  const options = optionsOrExit(args);
  const debug = debuggerRequested();
  if (debug !== null) return stop(debug);
  process.umask(0o077);
  if (!disableCoreDumps()) process.stderr.write('warning: core dumps are not disabled (ulimit -c 0)\n');
  const keystore = await unlock(options);
  const signer = await createSigner({ keystore, clock: createProcessClock(), limits: options.limits });
  const listening = await listenOnSocket(options.socketPath, (socket) => serveConnection(socket, signer));
  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    await listening.close();
    await signer.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end());
  if (options.dieWithParent) {
    process.stdin.on('end', () => void end());
    process.stdin.on('error', () => void end());
    process.stdin.resume();
  }
  process.stdout.write(`${JSON.stringify({ ready: true, socket: options.socketPath, feeAccount: keystore.feeKey.address })}\n`);
}

async function unlock(options: SignerOptions): Promise<Keystore> {
  const passphrase = readPassphraseFile(options.passphraseFile);
  const opened = await openKeystore({
    directory: options.keystoreDirectory,
    passphrase,
    kdfForNewKeystore: options.kdf,
    kdfFloor: KDF_FLOOR,
  });
  wipePassphrase(passphrase);
  if (!opened.ok) return stop(`keystore: ${opened.error.file} ${opened.error.problem} (${opened.error.code})`);
  return opened.value;
}

function optionsOrExit(args: readonly string[]): SignerOptions {
  try {
    return readSignerOptions(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'wrong options'}\n${USAGE}\n`);
    process.exit(2);
  }
}

function stop(problem: string): never {
  process.stderr.write(`signer: ${problem}\n`);
  process.exit(1);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof KeyFileError) stop(`keystore: ${error.detail.file} ${error.detail.problem} (${error.detail.code})`);
  stop(error instanceof Error ? error.message : 'failed');
});
