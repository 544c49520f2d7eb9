import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Why this process must not hold keys: someone asked for a debugger. `null` when nobody did. */
export function debuggerRequested(): string | null {
  const asked = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)].find((option) =>
    /^--(inspect|debug|heapsnapshot|heap-prof)/.test(option),
  );
  return asked === undefined ? null : `the signer does not run with ${asked}`;
}

/** Takes SIGUSR1 away from Node, which would open the debugger on it. */
export function refuseLateDebugger(): void {
  process.on('SIGUSR1', () => {});
}

/** Sets the limit for core dumps to zero (soft and hard) where util-linux's `prlimit` is there; guarded memory is left out of dumps anyway. */
export function disableCoreDumps(): boolean {
  if (!coreDumpsOff()) spawnSync('prlimit', ['--core=0:0', '--pid', String(process.pid)], { stdio: 'ignore' });
  return coreDumpsOff();
}

export function coreDumpsOff(): boolean {
  try {
    return /^Max core file size\s+0\s/m.test(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return false;
  }
}
