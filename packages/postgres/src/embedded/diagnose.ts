import type { EmbeddedPostgresProblem } from './embedded-postgres-error.ts';

/** Why a server that was started has ended, read from its log. `again`: it is in another's way for a moment only. */
export type Diagnosis = { readonly kind: 'again' } | { readonly kind: EmbeddedPostgresProblem; readonly remedy: string };

const PATTERNS: readonly (readonly [RegExp, Diagnosis])[] = [
  [/No space left on device/, { kind: 'disk_full', remedy: 'The disk is full: make room and start again.' }],
  // A server that was killed leaves its backends behind for a moment.
  [/pre-existing shared memory block|lock file "postmaster\.pid" already exists|lock file "postmaster\.pid" is empty/, { kind: 'again' }],
  [
    /could not bind|Address already in use|could not create any TCP\/IP sockets/,
    { kind: 'port_busy', remedy: 'The port is in use: choose another one.' },
  ],
  [
    /database files are incompatible with server|not compatible with this version/,
    { kind: 'version_mismatch', remedy: 'The data folder is of another PostgreSQL. Nothing was changed.' },
  ],
  [
    /could not locate a valid checkpoint record|invalid (primary )?checkpoint|could not (open|read) (control )?file|incorrect checksum in control file|invalid data in file|could not open directory|could not locate required|PANIC/,
    { kind: 'data_corrupt', remedy: 'The data folder is damaged. Nothing was changed: restore it from a backup.' },
  ],
  [
    /has wrong ownership|has invalid permissions|Permission denied/,
    { kind: 'folder_not_ours', remedy: 'The data folder must belong to the user that runs this and be closed to others (chmod 700).' },
  ],
];

export function diagnose(log: string): Diagnosis {
  for (const [pattern, diagnosis] of PATTERNS) if (pattern.test(log)) return diagnosis;
  return { kind: 'did_not_start', remedy: 'The server ended by itself.' };
}

/** The line that says it best: the first FATAL, PANIC or ERROR, else the last. */
export function tellingLine(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const line =
    lines.find((each) => /FATAL|PANIC/.test(each)) ?? lines.find((each) => /ERROR|could not/.test(each)) ?? lines.at(-1) ?? 'no log';
  return line.replace(/^.*?(FATAL|PANIC|ERROR|LOG): +/, '');
}
