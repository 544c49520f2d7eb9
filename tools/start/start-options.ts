import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './root.ts';

export type Cluster = 'local' | 'devnet';

export interface StartOptions {
  readonly cluster: Cluster;
  /** Port of the HTTP API on 127.0.0.1. */
  readonly port: number;
  /** Where everything is kept; absolute. */
  readonly dataDir: string;
  /** Length of a slot of the local chain. */
  readonly slotMs: number;
}

export const DEFAULT_PORT: number = 7070;

export const USAGE: string = `usage: npm start [-- options]
  --cluster local|devnet   local (default): a Solana chain of its own on this machine, with play money and a demo wallet
                           devnet: Solana's devnet; SOLANA_RPC_URLS names its nodes (comma-separated)
  --port N                 port of the HTTP API on 127.0.0.1 (${DEFAULT_PORT})
  --data DIR               where everything is kept (data)
  --slot-ms N              length of a slot of the local chain (400)`;

/** Reads the command line; throws with one clear line. */
export function readStartOptions(args: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: false,
    options: {
      cluster: { type: 'string', default: 'local' },
      port: { type: 'string', default: String(DEFAULT_PORT) },
      data: { type: 'string', default: join(ROOT, 'data') },
      'slot-ms': { type: 'string', default: '400' },
    },
  });
  const { cluster } = values;
  if (cluster !== 'local' && cluster !== 'devnet') throw new Error(`--cluster is "${cluster}"; it can be local or devnet`);
  if (values.data === '') throw new Error('--data is empty; name a folder');
  return {
    cluster,
    port: wholeNumber('port', values.port, 1, 65_535),
    dataDir: resolve(values.data),
    slotMs: wholeNumber('slot-ms', values['slot-ms'], 5, 60_000),
  };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (value < least || value > most) throw new Error(`--${name} is "${text}"; it can be ${least} to ${most}`);
  return value;
}
