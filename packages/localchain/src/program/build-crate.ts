/** The official crate `squads-multisig-program`, compiled natively on this machine: for one that has no mainnet node to ask. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CRATE_VERSION, type CrateCache, crateCache } from './crate-cache.ts';
import { compileCrate, stageSources } from './crate-compile.ts';
import { acquireLock } from './crate-lock.ts';
import { missingTools } from './crate-toolchain.ts';
import { vendorCrates } from './crate-vendor.ts';

export { nativeBinaryIfBuilt } from './crate-cache.ts';

export type BuiltCrate = { readonly version: string; readonly binaryPath: string } | { readonly reason: string };

/**
 * The binary of the present sources, from the per-user cache or built now. `report` takes a line when a build starts, and every
 * few seconds while it goes on. What a user can cause (no Rust, no network, a full disk) is a `reason`, never thrown.
 */
export async function buildCrate(report: (line: string) => void): Promise<BuiltCrate> {
  try {
    const cache = crateCache(process.env);
    if (existsSync(cache.binary)) return built(cache);
    const missing = await missingTools();
    if (missing !== null) return { reason: missing };
    const release = await acquireLock(cache.lock, () => report('another process is building the Squads program; waiting for it'));
    try {
      return existsSync(cache.binary) ? built(cache) : await build(cache, report);
    } finally {
      release();
    }
  } catch (error) {
    return { reason: `the Squads crate cannot be built: ${(error as Error).message}` };
  }
}

async function build(cache: CrateCache, report: (line: string) => void): Promise<BuiltCrate> {
  report('building the Squads program from crates.io: about ten minutes on one core, five on two or more, once for this user');
  const unvendored = await vendorCrates(cache.stage, join(cache.root, 'download'));
  if (unvendored !== null) return { reason: unvendored };
  stageSources(cache);
  const problem = await compileCrate(cache, report);
  return problem === null ? built(cache) : { reason: problem };
}

function built(cache: CrateCache): BuiltCrate {
  return { version: CRATE_VERSION, binaryPath: cache.binary };
}
