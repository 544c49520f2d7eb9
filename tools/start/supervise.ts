import { createWriteStream, existsSync, renameSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ReadyLine, type ServiceCommand, type ServiceProcess, startProcess } from './service-process.ts';

export interface Supervisor {
  /** Starts a process and keeps it running from then on; resolves when it is ready, rejects when its first start fails. */
  start(command: ServiceCommand): Promise<ReadyLine>;
  /** Stops the named ones at once; those that take longer are killed. */
  stop(names: readonly string[], patienceMs: number): Promise<void>;
}

const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 10_000;
/** Who ran so long has recovered: the next restart is quick again. */
const STEADY_MS = 60_000;
/** EX_CONFIG of sysexits.h: a process that ends so would end so again. */
const WRONG_CONFIGURATION = 'exit code 78';

/** Keeps processes running: one that ends by itself is started again, with a growing pause, and that is said in one line. */
export function createSupervisor(given: {
  readonly logs: string;
  readonly say: (line: string) => void;
  /** Told when a process cannot go on at all. */
  readonly onGiveUp: (problem: string) => void;
  /** Told the ids of the processes, by name, when they change. */
  readonly onChange: (pids: { readonly [name: string]: number }) => void;
}): Supervisor {
  const running = new Map<string, ServiceProcess>();
  const stopping = new Set<string>();
  const changed = (): void => given.onChange(Object.fromEntries([...running].map(([name, { pid }]) => [name, pid])));

  const launch = (command: ServiceCommand, log: WriteStream): ServiceProcess => {
    const launched = startProcess(command, log);
    running.set(command.name, launched);
    changed();
    return launched;
  };
  const keep = async (command: ServiceCommand, log: WriteStream, first: ServiceProcess): Promise<void> => {
    let current = first;
    let backoffMs = FIRST_BACKOFF_MS;
    for (let startedAtMs = performance.now(); ; startedAtMs = performance.now()) {
      const how = await current.ended;
      if (performance.now() - startedAtMs > STEADY_MS) backoffMs = FIRST_BACKOFF_MS;
      await sleep(backoffMs);
      if (stopping.has(command.name)) return;
      if (how === WRONG_CONFIGURATION) return given.onGiveUp(`${command.name}: ${current.problem() ?? how}`);
      given.say(`${command.name} ended (${how}); it is started again. Log: ${logPath(given.logs, command.name)}`);
      current = launch({ ...command, onProgress: () => undefined }, log);
      backoffMs = Math.min(backoffMs * 2, LONGEST_BACKOFF_MS);
    }
  };
  return {
    async start(command) {
      const log = openLog(given.logs, command.name);
      const first = launch(command, log);
      const ready = await first.ready;
      void keep(command, log, first);
      return ready;
    },
    async stop(names, patienceMs) {
      for (const name of names) stopping.add(name);
      await Promise.all(names.map((name) => running.get(name)?.stop(patienceMs)));
    },
  };
}

/** A fresh log; the one of the last start is kept beside it. */
function openLog(logs: string, name: string): WriteStream {
  const path = logPath(logs, name);
  if (existsSync(path)) renameSync(path, `${path}.1`);
  const log = createWriteStream(path, { flags: 'a', mode: 0o600 });
  log.on('error', () => undefined);
  return log;
}

function logPath(logs: string, name: string): string {
  return join(logs, `${name.replaceAll(' ', '-')}.log`);
}
