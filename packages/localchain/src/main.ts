/** The process of the local chain. One JSON line on stdout when it is ready; what goes wrong is one line on stderr and exit code 1. */
import { parseCli } from './cli-options.ts';
import { serveChain } from './front/serve-chain.ts';
import { describeSource } from './program/describe-source.ts';
import { openSvm } from './program/open-svm.ts';
import { resolveProgram } from './program/resolve-program.ts';

function fail(reason: string): never {
  process.stderr.write(`localchain: ${reason.replaceAll('\n', ' ')}\n`);
  process.exit(1);
}

const cli = parseCli(process.argv.slice(2));
if (!cli.ok) fail(cli.reason);
const { options } = cli;

const resolved = await resolveProgram({
  env: process.env,
  report: (line) => process.stderr.write(`localchain: ${line}\n`),
  ...(options.programSo === null ? {} : { programSo: options.programSo }),
});
if (!resolved.ok) fail(resolved.reason);
const { source } = resolved;

const svm = await openSvm(source).catch((error: Error) => fail(`the Squads program cannot be loaded: ${error.message}`));
const result = await serveChain({ ...options, svm, onFailure: fail }).catch((error: Error) => fail(error.message));
if (!result.ok) {
  await svm.close();
  fail(result.reason);
}
const { served } = result;

let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  served.close().then(
    () => process.exit(0),
    (error: Error) => fail(`the chain did not close well: ${error.message}`),
  );
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
if (options.dieWithParent) {
  process.stdin.on('end', stop);
  process.stdin.on('error', stop);
  process.stdin.resume();
}

process.stdout.write(
  `${JSON.stringify({ ready: true, url: served.url, genesisHash: served.genesisHash, program: describeSource(source), source })}\n`,
);
