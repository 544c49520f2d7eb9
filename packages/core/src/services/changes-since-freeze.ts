import type { AuditEntry } from '../domain/audit.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { type AttemptId, parseId, type WalletId } from '../domain/ids.ts';
import type { WalletKey } from '../domain/key-states.ts';
import { KIT_STATES, type Kit } from '../domain/kit.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { IReader } from '../ports/database.ts';
import type { Attempt } from '../ports/records.ts';
import { compareWithChain } from './compare-with-chain.ts';
import type { Actor, Dependencies } from './dependencies.ts';

/** What an owner sees before unfreezing. */
export interface ChangesSinceFreeze {
  readonly frozenAtMs: number;
  readonly reason: string;
  readonly actor: Actor;
  /** What happened since, oldest first; the newest ones where there are more than `MOST_ENTRIES`. */
  readonly entries: readonly AuditEntry[];
  /** Whether there are older entries since the freeze than those given. */
  readonly hasMore: boolean;
  /** How the chain differs now from the policy in force; `null` when it cannot be asked. Unfreezing needs it to be empty. */
  readonly differencesOnChain: readonly string[] | null;
  /** What the watcher saw differ when it looked last, accounts and transactions of the vault too: what unfreezing accepts. */
  readonly seenByWatcher: readonly string[];
  /** Signed before the freeze, and ended since: what landed, failed on chain or ran out. */
  readonly ended: readonly Attempt[];
  /** Signed before the freeze, and may still land. */
  readonly mayStillLand: readonly Attempt[];
  /** The agent's limits were taken off the chain by a lockdown since. */
  readonly lockedDown: boolean;
  readonly keys: readonly WalletKey[];
  readonly kits: readonly Kit[];
}

/** At most so many entries are told. */
const MOST_ENTRIES = 200;
const PAGE = 500;
/** Further back the freeze is not looked for; a frozen wallet's record holds its reason in any case. */
const MOST_PAGES = 40;

/** Everything that has changed about a frozen wallet since it was frozen. */
export async function changesSinceFreeze(deps: Dependencies, walletId: WalletId): Promise<Result<ChangesSinceFreeze, DomainError>> {
  const read = await deps.database.read(async (reader) => {
    const wallet = await reader.wallets.get(walletId);
    if (wallet === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
    if (wallet.state !== 'frozen') return fail(domainError('wallet_not_frozen', { wallet: walletId }));
    return ok({ wallet, ...(await readSince(reader, wallet)) });
  });
  if (!read.ok) return read;
  const { wallet, ...since } = read.value;
  const differences = await compareWithChain(deps, wallet);
  return ok({ ...since, differencesOnChain: differences.ok ? differences.value : null });
}

type Since = Omit<ChangesSinceFreeze, 'differencesOnChain'>;

async function readSince(reader: IReader, { id, frozenReason }: Wallet): Promise<Since> {
  const { freeze, since } = await entriesSince(reader, id);
  const endings = since.flatMap(({ action, subject }) => (ENDINGS.has(action) ? [subject] : []));
  const ids = endings.flatMap((subject): AttemptId[] => {
    const parsed = parseId('attempt', subject, 'subject');
    return parsed.ok ? [parsed.value] : [];
  });
  return {
    frozenAtMs: freeze?.atMs ?? since[0]?.atMs ?? 0,
    reason: frozenReason ?? '',
    actor: freeze?.actor ?? 'unknown',
    entries: since.slice(-MOST_ENTRIES),
    hasMore: since.length > MOST_ENTRIES || freeze === null,
    ended: await reader.attempts.getMany([...new Set(ids)]),
    mayStillLand: await reader.attempts.ofWallet(id, ['signed', 'submitted', 'confirmed', 'unknown']),
    seenByWatcher: (await reader.watchMarks.get(id))?.seen.differences ?? [],
    lockedDown: since.some(({ action }) => action === 'wallet.locked_down'),
    keys: await reader.keys.list(id),
    kits: await reader.kits.list(id, { purpose: null, states: KIT_STATES }),
  };
}

const ENDINGS: ReadonlySet<string> = new Set(['attempt.finalized', 'attempt.failed', 'attempt.expired']);

/** Entries after the newest freeze, oldest first; the freeze is `null` where it lies further back than is looked. */
async function entriesSince(
  reader: IReader,
  walletId: WalletId,
): Promise<{ readonly freeze: AuditEntry | null; readonly since: readonly AuditEntry[] }> {
  const since: AuditEntry[] = [];
  let beforeSequence: bigint | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const entries: readonly AuditEntry[] = await reader.audit.list(walletId, { limit: PAGE, beforeSequence });
    for (const entry of entries) {
      if (entry.action === 'wallet.frozen') return { freeze: entry, since: since.reverse() };
      since.push(entry);
    }
    if (entries.length < PAGE) break;
    beforeSequence = entries.at(-1)?.sequence ?? null;
  }
  return { freeze: null, since: since.reverse() };
}
