import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** What a test brings along itself is there, or why it is not. */
export type Installed = { readonly ok: true; readonly folder: string } | { readonly ok: false; readonly why: string };

/**
 * Lets a test install a tool by its ordinary package manager, once for each user: below `$XDG_CACHE_HOME` or `~/.cache`, in `countersign/NAME`. The
 * folder appears under its name only when `install` is done; whatever fails becomes `why`, on one line.
 */
export async function installOnce(name: string, install: (folder: string) => Promise<void>): Promise<Installed> {
  const configured = process.env['XDG_CACHE_HOME'];
  const base = join(configured !== undefined && isAbsolute(configured) ? configured : join(homedir(), '.cache'), 'countersign');
  const folder = join(base, name);
  if (existsSync(folder)) return { ok: true, folder };
  await mkdir(base, { recursive: true, mode: 0o700 });
  const made = await mkdtemp(`${folder}-`);
  try {
    await install(made);
    await symlink(made, `${made}.link`);
    await rename(`${made}.link`, folder);
    return { ok: true, folder };
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    return { ok: false, why: lastLine(error) };
  }
}

/** Runs a program to its end; throws with what it said last. */
export function runTool(
  program: string,
  args: readonly string[],
  given: { readonly timeoutMs: number; readonly env?: NodeJS.ProcessEnv },
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { timeout: given.timeoutMs, env: given.env ?? process.env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(lastLine(stderr || stdout || error.message), { cause: error }));
    });
  });
}

function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.trim().split('\n').at(-1) ?? '').slice(0, 160);
}
