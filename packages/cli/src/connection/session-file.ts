import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';

/** An owner's session, kept between commands. It reads, and hands in what the owner signed; it ends by itself. */
export interface Session {
  /** The service that it is for, and the only one that it is sent to. */
  readonly url: string;
  readonly secret: string;
  readonly owner: string;
  readonly expiresAt: string;
}

const FORMAT = 'countersign-session-v1';
const NAMES = ['url', 'secret', 'owner', 'expiresAt'] as const;
type Env = { readonly [name: string]: string | undefined };

/** `$XDG_CONFIG_HOME/countersign/session.json`, by default below ~/.config. */
export function sessionPath(env: Env): string {
  return join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'countersign', 'session.json');
}

/** The session that is kept; `null` where there is none. A file that others can read is not used. */
export function readSession(env: Env): Result<Session | null, Failure> {
  const path = sessionPath(env);
  try {
    const { mode } = statSync(path);
    if ((mode & 0o077) !== 0) return misuse(`others can read the session in ${path}`, `delete it, and sign in again: rm ${path}`);
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const fields = typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown }) : {};
    if (fields['format'] === FORMAT && NAMES.every((name) => typeof fields[name] === 'string')) return good(fields as unknown as Session);
    return misuse(`the session in ${path} is damaged`, `delete it, and sign in again: rm ${path}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return good(null);
    const words = error instanceof Error ? error.message : 'unreadable';
    return misuse(`the session in ${path} cannot be read (${words})`, `delete it, and sign in again: rm ${path}`);
  }
}

/** Keeps a session (mode 600) in the place of the one before. */
export function writeSession(env: Env, session: Session): Result<string, Failure> {
  const path = sessionPath(env);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    rmSync(path, { force: true });
    writeFileSync(path, `${JSON.stringify({ format: FORMAT, ...session }, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
    chmodSync(path, 0o600);
    return good(path);
  } catch (error) {
    return misuse(`${path} cannot be written (${error instanceof Error ? error.message : 'unknown'})`, 'check the folder');
  }
}

export function removeSession(env: Env): void {
  rmSync(sessionPath(env), { force: true });
}
