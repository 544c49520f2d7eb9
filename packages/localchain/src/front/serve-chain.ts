/** The running chain: front, HTTP server, the tick that syncs the journal once a slot, and the snapshots. */
import type { AddressInfo } from 'node:net';
import { encodeBase58 } from '../bytes/base58.ts';
import type { Svm } from '../svm/svm.ts';
import { createRpcServer } from './http-server.ts';
import { HISTORY_TRANSACTIONS, openChain } from './open-chain.ts';
import type { RpcContext } from './rpc-context.ts';
import { type DataFolder, openDataFolder } from './store/data-folder.ts';
import { Weather } from './weather.ts';

const SNAPSHOT_EVERY_MS = 60_000;
/** So much journal after a snapshot makes the next one. */
const SNAPSHOT_JOURNAL_BYTES = 16 << 20;

export interface ServeChainOptions {
  readonly svm: Svm;
  readonly host: string;
  readonly port: number;
  readonly dataDir: string | null;
  readonly slotMs: number;
  readonly weather: boolean;
  /** Called when the chain can go on no more, such as when its disk is full. */
  readonly onFailure: (reason: string) => void;
}

export interface ServedChain {
  readonly url: string;
  readonly genesisHash: string;
  /** Stops listening, writes a snapshot and lets the folder go. */
  close(): Promise<void>;
}

export type Served = { readonly ok: true; readonly served: ServedChain } | { readonly ok: false; readonly reason: string };

/** Opens the chain and listens. What a user can cause is one line in `reason`. */
export async function serveChain(options: ServeChainOptions): Promise<Served> {
  const { svm } = options;
  const opened = options.dataDir === null ? null : openDataFolder(options.dataDir, svm.source, HISTORY_TRANSACTIONS);
  if (opened !== null && !opened.ok) return opened;
  const folder: DataFolder | null = opened?.folder ?? null;
  const open = await openChain({ svm, folder, onFailure: options.onFailure, slotMs: options.slotMs, wallMs: Date.now }).catch(
    (error: Error) => error,
  );
  if (open instanceof Error) {
    folder?.close();
    return { ok: false, reason: `the data folder ${options.dataDir} is corrupt: the bank cannot be loaded: ${open.message}` };
  }
  const { chain } = open;
  let queue: Promise<unknown> = Promise.resolve();
  const exclusive = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => {});
    return result;
  };
  const save = async (): Promise<void> => {
    if (folder === null) return;
    folder.save({ slot: chain.slot(), anchors: chain.clock.anchors(), bank: await svm.save() });
  };
  if (folder !== null && folder.snapshot === null) await save();

  const context: RpcContext = {
    ...open,
    weather: new Weather(Date.now),
    bendable: options.weather,
    onFailure: options.onFailure,
    exclusive,
  };
  const server = createRpcServer(context);
  const listening = await new Promise<Error | null>((resolve) => {
    server.once('error', resolve);
    server.listen(options.port, options.host, () => resolve(null));
  });
  if (listening !== null) {
    folder?.close();
    return { ok: false, reason: listenReason(listening, options) };
  }
  server.removeAllListeners('error');

  let savedAtMs = Date.now();
  let ticking = false;
  const tick = setInterval(() => {
    if (ticking) return;
    ticking = true;
    const work = async (): Promise<void> => {
      chain.slot();
      if (folder === null) return;
      const { bytes, records } = folder.unsaved();
      const due = Date.now() - savedAtMs >= SNAPSHOT_EVERY_MS || bytes >= SNAPSHOT_JOURNAL_BYTES;
      if (records === 0 || !due) return;
      savedAtMs = Date.now();
      await save();
    };
    exclusive(work)
      .catch((error: Error) => options.onFailure(`the chain cannot be kept on disk: ${error.message}`))
      .finally(() => {
        ticking = false;
      });
  }, options.slotMs);

  const { address, port, family } = server.address() as AddressInfo;
  return {
    ok: true,
    served: {
      url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
      genesisHash: encodeBase58(open.genesisHash),
      async close() {
        clearInterval(tick);
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
        await exclusive(save);
        folder?.close();
        await svm.close();
      },
    },
  };
}

function listenReason(error: Error, options: ServeChainOptions): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') return `port ${options.port} on ${options.host} is in use: choose another with --port, or 0 for a free one`;
  return `cannot listen on ${options.host}:${options.port}: ${error.message}`;
}
