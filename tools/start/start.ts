/** The starter: brings everything up, keeps it running, and takes it down in order. */

import { clearProblem } from './clear-problem.ts';
import { openDataFolder } from './data-folder.ts';
import { lockInstance } from './instance-lock.ts';
import { runService } from './run-service.ts';
import { readStartOptions, type StartOptions, USAGE } from './start-options.ts';
import { createSupervisor } from './supervise.ts';
import { complain, say } from './terminal.ts';

/** The API first, so that nothing is asked of the others while they end. Together under the 10 s that a stop may take. */
const STOP_API_MS = 4_000;
const STOP_OTHERS_MS = 5_000;

/** Runs until it is told to stop; ends the process. */
export async function start(): Promise<void> {
  const options = optionsOrExit();
  if (!process.versions.node.startsWith('24.')) {
    complain(`this is Node ${process.versions.node}; start with "npm start", which runs Node 24 from node_modules`);
    process.exit(1);
  }
  try {
    await main(options);
  } catch (error) {
    complain(`Countersign cannot start: ${clearProblem(error)}`);
    process.exit(1);
  }
}

function optionsOrExit(): StartOptions {
  try {
    return readStartOptions(process.argv.slice(2));
  } catch (error) {
    complain(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}

async function main(given: StartOptions): Promise<void> {
  const folder = openDataFolder(given.dataDir);
  const lock = await lockInstance(folder.run, say);
  const noteChildren = (pids: { readonly [name: string]: number }): void => {
    try {
      lock.noteChildren(pids);
    } catch (error) {
      complain(`the ids of the processes cannot be noted: ${clearProblem(error)}`);
    }
  };
  const supervisor = createSupervisor({ logs: folder.logs, say, onChange: noteChildren, onGiveUp: (problem) => void giveUp(problem) });
  const stopAll = async (): Promise<void> => {
    await supervisor.stop(['api'], STOP_API_MS);
    await supervisor.stop(['local chain', 'signer', 'postgres'], STOP_OTHERS_MS);
    lock.release();
  };
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) return;
    stopping = true;
    say('Stopping …');
    void stopAll().then(() => {
      say('Stopped; everything is kept.');
      process.exit(0);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const giveUp = async (problem: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    complain(`Countersign cannot go on: ${problem}`);
    await stopAll();
    process.exit(1);
  };
  await runService(given, folder, supervisor).catch((error: unknown) => giveUp(clearProblem(error)));
}
