import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Address, decodeBase58 } from '@countersign/core';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { type FakeService, startFakeService } from './fake-service.ts';
import { type Ran, runCli } from './test-world.ts';

/** A key of 32 equal bytes, as a keypair file. */
export function keypairFile(folder: string, name: string, fill: number): { readonly path: string; readonly key: TestKey } {
  const seed = Buffer.alloc(32, fill);
  const key = createTestKey(seed);
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify([...seed, ...(decodeBase58(key.address) ?? [])]), { mode: 0o600 });
  return { path, key };
}

/** An owner at a machine: a folder of its own, a key in it, and a small service on loopback. */
export interface OwnerMachine {
  readonly folder: string;
  readonly owner: Address;
  readonly key: TestKey;
  readonly keyFile: string;
  service(): FakeService;
  /** With the service and a credential, unless `env` says otherwise. */
  cli(
    argv: readonly string[],
    more?: { readonly answers?: readonly string[]; readonly env?: object; readonly input?: string },
  ): Promise<Ran>;
  /** The same without service, credential or session. */
  offline(argv: readonly string[], more?: { readonly answers?: readonly string[]; readonly input?: string }): Promise<Ran>;
  begin(): Promise<() => Promise<void>>;
  end(): void;
}

export function createOwnerMachine(): OwnerMachine {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-owner-'));
  const { path: keyFile, key } = keypairFile(folder, 'owner.json', 50);
  let running: FakeService | null = null;
  const service = (): FakeService => {
    if (running === null) throw new Error('the service does not run');
    return running;
  };
  const home = { XDG_CONFIG_HOME: folder, COUNTERSIGN_OWNER_KEY_FILE: keyFile };
  const run = (argv: readonly string[], env: object, answers?: readonly string[], input?: string): Promise<Ran> =>
    runCli(argv, {
      env: { ...home, ...env },
      cwd: folder,
      answers: answers ?? null,
      ...(input === undefined ? {} : { input: Buffer.from(input) }),
    });
  return {
    ...{ folder, owner: key.address, key, keyFile, service },
    cli: (argv, { answers, env = { COUNTERSIGN_CREDENTIAL: 'secret' }, input } = {}) =>
      run(argv, { COUNTERSIGN_URL: service().url, ...env }, answers, input),
    offline: (argv, { answers, input } = {}) => run(argv, {}, answers, input),
    begin: async () => {
      running = await startFakeService(key.address);
      return () => service().close();
    },
    end: () => rmSync(folder, { recursive: true }),
  };
}
