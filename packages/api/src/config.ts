import { readFileSync } from 'node:fs';
import { fail, ok, parseStrictJson, type Result } from '@countersign/core';
import type { Config } from './config/config.ts';
import { configSchema, SETTING_NAMES } from './config/config-schema.ts';

export type { Cluster, Config, LogLevel } from './config/config.ts';

/** What a process exits with when its configuration is wrong (EX_CONFIG of sysexits.h). */
export const EXIT_CONFIG = 78;
const PREFIX = 'COUNTERSIGN_';
const FILE = 'COUNTERSIGN_CONFIG';
/** Variables of the other programs of this project, which may be set beside. */
const OF_OTHERS: ReadonlySet<string> = new Set([
  'COUNTERSIGN_URL',
  'COUNTERSIGN_CREDENTIAL',
  'COUNTERSIGN_CREDENTIAL_FILE',
  'COUNTERSIGN_MAINNET_RPC_URL',
  'COUNTERSIGN_OWNER_KEY_FILE',
  'COUNTERSIGN_OWNER_PASSPHRASE_FILE',
  'COUNTERSIGN_PROGRAM_SOURCE',
]);

/**
 * The configuration from the environment and, under it, from one JSON file that COUNTERSIGN_CONFIG names. Each setting is a variable of its own
 * name or of that name after COUNTERSIGN_. The error is one line for each thing that is wrong; no line holds a value.
 */
export function readConfig(env: { readonly [name: string]: string | undefined }): Result<Config, readonly string[]> {
  const problems: string[] = [];
  const file = env[FILE] === undefined ? {} : readFile(env[FILE], problems);
  const set: Record<string, unknown> = { ...file };
  for (const name of SETTING_NAMES) {
    const plain = env[name];
    const prefixed = env[`${PREFIX}${name}`];
    if (plain !== undefined && prefixed !== undefined && plain !== prefixed)
      problems.push(`${name} and ${PREFIX}${name} are both set, to different values`);
    const value = prefixed ?? plain;
    if (value !== undefined) set[name] = value;
  }
  for (const name of Object.keys(env))
    if (name.startsWith(PREFIX) && name !== FILE && !OF_OTHERS.has(name) && !SETTING_NAMES.includes(name.slice(PREFIX.length)))
      problems.push(`${name} is not a setting`);
  const parsed = configSchema.safeParse(set);
  if (!parsed.success) {
    const named = new Set<string>();
    for (const { path, message, code } of parsed.error.issues) {
      const name = String(path[0]);
      if (named.has(name)) continue;
      named.add(name);
      problems.push(`${name} ${set[name] === undefined && code !== 'custom' ? 'is missing' : message}`);
    }
  }
  return parsed.success && problems.length === 0 ? ok(parsed.data) : fail(problems);
}

function readFile(path: string, problems: string[]): { readonly [name: string]: unknown } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    problems.push(`${FILE} names a file that cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`);
    return {};
  }
  const json = parseStrictJson(text);
  if (!json.ok || typeof json.value !== 'object' || json.value === null || Array.isArray(json.value)) {
    problems.push(`${FILE} names a file that is not one JSON object with each name once`);
    return {};
  }
  const settings = json.value as { readonly [name: string]: unknown };
  for (const name of Object.keys(settings))
    if (!SETTING_NAMES.includes(name)) problems.push(`${JSON.stringify(name).slice(0, 80)} in the file of ${FILE} is not a setting`);
  return Object.fromEntries(Object.entries(settings).filter(([name]) => SETTING_NAMES.includes(name)));
}
