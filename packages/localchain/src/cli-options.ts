/** The options of the chain's process. */
import { parseArgs } from 'node:util';

export interface CliOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** `null` keeps the chain in memory. */
  readonly dataDir: string | null;
  readonly slotMs: number;
  readonly weather: boolean;
  readonly programSo: string | null;
  readonly dieWithParent: boolean;
}

export type ParsedCli = { readonly ok: true; readonly options: CliOptions } | { readonly ok: false; readonly reason: string };

/** `127.0.0.1` unless told otherwise: this chain gives money to anyone who asks. */
export function parseCli(args: readonly string[]): ParsedCli {
  try {
    const { values } = parseArgs({
      args: [...args],
      strict: true,
      options: {
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '8899' },
        data: { type: 'string' },
        'slot-ms': { type: 'string', default: '400' },
        weather: { type: 'boolean', default: false },
        'program-so': { type: 'string' },
        'die-with-parent': { type: 'boolean', default: false },
      },
    });
    const port = wholeNumber(values.port, 0, 65_535);
    if (port === null) return { ok: false, reason: `--port is "${values.port}"; it can be 0 to 65535` };
    const slotMs = wholeNumber(values['slot-ms'], 5, 60_000);
    if (slotMs === null) return { ok: false, reason: `--slot-ms is "${values['slot-ms']}"; it can be 5 to 60000` };
    if (values.data === '') return { ok: false, reason: '--data is empty; name a folder' };
    const options: CliOptions = {
      host: values.host,
      port,
      dataDir: values.data ?? null,
      slotMs,
      weather: values.weather,
      programSo: values['program-so'] ?? null,
      dieWithParent: values['die-with-parent'],
    };
    return { ok: true, options };
  } catch (error) {
    return { ok: false, reason: (error as Error).message };
  }
}

function wholeNumber(text: string, least: number, most: number): number | null {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  return value >= least && value <= most ? value : null;
}
