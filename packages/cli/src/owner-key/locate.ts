import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { findServiceFile } from '../connection/service-file.ts';
import { type Invocation, text } from '../invocation.ts';
import type { Failure } from '../outcome.ts';
import { good, type Result } from '../result.ts';

/** Which sealed key file, and where its passphrase comes from; `null`: asked for at the terminal. */
export interface OwnerKeyPlace {
  readonly path: string;
  readonly passphraseFile: string | null;
}

/**
 * The key: `--owner-key`, COUNTERSIGN_OWNER_KEY_FILE, the demo owner of the service that runs in this clone, else the user's own file. The
 * passphrase: `--passphrase-file`, COUNTERSIGN_OWNER_PASSPHRASE_FILE, the demo owner's for the demo owner's key, else the terminal.
 */
export function locateOwnerKey(invocation: Invocation): Result<OwnerKeyPlace, Failure> {
  const { env, cwd } = invocation.world;
  const named = text(invocation, 'ownerKey') ?? (env['COUNTERSIGN_OWNER_KEY_FILE'] || undefined);
  const file = findServiceFile(cwd);
  if (!file.ok) return file;
  const demoKey = file.value?.ownerKeyFile;
  const path = named === undefined ? (demoKey ?? defaultOwnerKeyPath(env)) : resolve(cwd, named);
  const passphraseFile = text(invocation, 'passphraseFile') ?? (env['COUNTERSIGN_OWNER_PASSPHRASE_FILE'] || undefined);
  if (passphraseFile !== undefined) return good({ path, passphraseFile: resolve(cwd, passphraseFile) });
  return good({ path, passphraseFile: path === demoKey ? (file.value?.ownerPassphraseFile ?? null) : null });
}

/** `$XDG_CONFIG_HOME/countersign/owner-key.json`, by default below ~/.config. */
export function defaultOwnerKeyPath(env: { readonly [name: string]: string | undefined }): string {
  return join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'countersign', 'owner-key.json');
}
