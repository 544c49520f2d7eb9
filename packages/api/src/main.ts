import { parseArgs } from 'node:util';
import { ConfigurationProblem, compose, type Service } from './compose.ts';
import { EXIT_CONFIG, readConfig } from './config.ts';
import { createLog } from './logging.ts';

/** The longest that a stop may take. */
const STOP_MS = 5_000;

function giveUp(lines: readonly string[], code: number): never {
  for (const line of lines) process.stderr.write(`countersign-api: ${line.replaceAll('\n', ' ')}\n`);
  process.exit(code);
}

function readFlags(): { readonly dieWithParent: boolean } {
  try {
    const { values } = parseArgs({ options: { 'die-with-parent': { type: 'boolean', default: false } } });
    return { dieWithParent: values['die-with-parent'] };
  } catch (error) {
    return giveUp([error instanceof Error ? error.message : 'wrong flags'], EXIT_CONFIG);
  }
}

/** The process. One line of JSON on standard output when it listens; everything else goes to standard error. */
async function main(): Promise<void> {
  const { dieWithParent } = readFlags();
  const config = readConfig(process.env);
  if (!config.ok) giveUp(config.error, EXIT_CONFIG);
  const log = createLog(config.value.logLevel);
  const service = await compose(config.value, log).catch((error: NodeJS.ErrnoException) => {
    const { host, port } = config.value;
    if (error.code === 'EADDRINUSE') return giveUp([`port ${port} on ${host} is in use: stop what listens there, or set PORT`], 1);
    if (error.code === 'EACCES') return giveUp([`port ${port} on ${host} may not be used by this user: set PORT`], 1);
    if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
      return giveUp([`HOST ${host} is not an address of this machine`], EXIT_CONFIG);
    return giveUp([`could not start: ${error.message}`], 1);
  });
  stopOnSignals(service, dieWithParent);
  process.stdout.write(`${JSON.stringify({ ready: true, url: service.url })}\n`);
  await service.started.catch(async (error: Error) => {
    giveUp([error.message], error instanceof ConfigurationProblem ? EXIT_CONFIG : 1);
  });
}

function stopOnSignals(service: Service, dieWithParent: boolean): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => giveUp([`did not stop within ${STOP_MS} ms`], 1), STOP_MS - 200).unref();
    service.stop().then(
      () => process.exit(0),
      (error: Error) => giveUp([`did not stop well: ${error.message}`], 1),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  if (!dieWithParent) return;
  process.stdin.on('end', stop);
  process.stdin.on('error', stop);
  process.stdin.resume();
}

await main();
