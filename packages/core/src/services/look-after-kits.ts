import { SETTING_KINDS } from '../domain/approval-states.ts';
import type { WalletId } from '../domain/ids.ts';
import { KIT_APPROVAL, KIT_STATES, type Kit, type KitPurpose } from '../domain/kit.ts';
import { ok } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { IAlerts } from '../ports/alerts.ts';
import type { IReader } from '../ports/database.ts';
import type { Approval, PolicyRevision } from '../ports/records.ts';
import { checkKit } from './check-kit.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import { lockdownWarning } from './list-kits.ts';
import { proposeKits } from './propose-kits.ts';
import { problemOf } from './submit-attempt.ts';

const PAGE = 100;
const DAY_MS = 86_400_000;
const PURPOSES: readonly KitPurpose[] = ['lockdown', 'recovery'];

/**
 * Looks after every wallet's kits, on a schedule: one whose limits, owner or policy have changed becomes stale, the owner is asked to sign others in
 * the place of what was armed before, and people are told once a day where no lockdown is armed. Whether nonces moved is the watcher's to
 * see. Idempotent and safe beside other replicas. One wallet's trouble is no other's; throws when there was any.
 */
export async function lookAfterKits(deps: Dependencies): Promise<void> {
  const troubles: string[] = [];
  let after: WalletId | null = null;
  do {
    const page: readonly Wallet[] = await readPage(deps, after);
    for (const { id, state } of page)
      if (state === 'active' || state === 'frozen')
        await lookAfter(deps, id).catch((error: unknown) => troubles.push(`${id}: ${error instanceof Error ? error.message : 'unknown'}`));
    after = page.length < PAGE ? null : (page.at(-1)?.id ?? null);
  } while (after !== null);
  if (troubles.length > 0) throw new Error(`kits could not be looked after: ${troubles.join('; ')}`);
}

async function readPage({ database }: Dependencies, cursor: WalletId | null): Promise<readonly Wallet[]> {
  const page = await database.read(async (reader) => ok(await reader.wallets.list({ limit: PAGE, cursor })));
  if (!page.ok) throw new Error(`wallets could not be read: ${JSON.stringify(page.error)}`);
  return page.value;
}

async function lookAfter(deps: Dependencies, id: WalletId): Promise<void> {
  const look = async (): Promise<State | null> => {
    const read = await deps.database.read(async (reader) => ok(await readState(reader, id)));
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    return read.value;
  };
  const before = await look();
  if (before === null) return;
  const some = !before.changing && before.kits.some((kit) => isReady(kit) && unfit(deps, before, kit) !== null);
  if (some) await endUnfitting(deps, id);
  const now = some ? await look() : before;
  if (now === null) return;
  const { wallet, revision, kits, changing, newest } = now;
  const warning = lockdownWarning(revision, kits);
  if (warning !== null && wallet.state === 'active') remindDaily(deps, id, warning);
  if (changing || wallet.state !== 'active') return;
  const nowMs = deps.clock.nowMs();
  for (const purpose of PURPOSES)
    if (wantsAnother(purpose, wallet, warning, kits) && mayAsk(newest[purpose], nowMs)) {
      const proposed = await proposeKits(deps, { walletId: id, purpose, actor: SERVICE });
      if (!proposed.ok) throw new Error(problemOf(proposed.error));
    }
}

const isReady = ({ state }: Kit): boolean => state === 'armed' || state === 'called' || state === 'handed_out';

interface State {
  readonly wallet: Wallet;
  readonly revision: PolicyRevision | null;
  readonly kits: readonly Kit[];
  /** The wallet's settings are being changed with the owner's signature. */
  readonly changing: boolean;
  readonly newest: { readonly [Purpose in KitPurpose]: Approval | null };
}

async function readState(reader: IReader, walletId: WalletId): Promise<State | null> {
  const wallet = await reader.wallets.get(walletId);
  if (wallet === null) return null;
  const executing = await reader.approvals.list({ walletId, state: 'executing', kind: null }, { limit: 100, cursor: null });
  const newestOf = async (purpose: KitPurpose): Promise<Approval | null> =>
    (await reader.approvals.list({ walletId, state: null, kind: KIT_APPROVAL[purpose] }, { limit: 1, cursor: null }))[0] ?? null;
  return {
    wallet,
    revision: await reader.policies.active(walletId),
    kits: await reader.kits.list(walletId, { purpose: null, states: KIT_STATES }),
    changing: wallet.rekeyingBy !== null || executing.some(({ kind }) => SETTING_KINDS.includes(kind)),
    newest: { lockdown: await newestOf('lockdown'), recovery: await newestOf('recovery') },
  };
}

/** What was signed once and no longer fits is asked for again. */
function wantsAnother(purpose: KitPurpose, { recovery }: Wallet, lockdownWarned: string | null, kits: readonly Kit[]): boolean {
  const signedBefore = kits.some((kit) => kit.purpose === purpose && kit.state !== 'waiting' && kit.state !== 'void');
  if (!signedBefore) return false;
  if (purpose === 'lockdown') return lockdownWarned !== null;
  return recovery !== null && !kits.some((kit) => kit.purpose === 'recovery' && kit.state === 'handed_out');
}

/** An owner who did not answer, or said no, is asked again after a day. */
function mayAsk(newest: Approval | null, nowMs: number): boolean {
  if (newest === null || newest.state === 'done') return true;
  return newest.state !== 'waiting' && newest.state !== 'executing' && newest.createdAtMs < nowMs - DAY_MS;
}

/** INVARIANT I10: each that is given up is in the audit log. */
async function endUnfitting(deps: Dependencies, walletId: WalletId): Promise<void> {
  const ended = await deps.database.transact(async (tx) => {
    const wallet = await tx.wallets.lock(walletId);
    const state = wallet && (await readState(tx, walletId));
    if (!state || state.changing) return ok([]);
    const gone: Kit[] = [];
    for (const kit of state.kits) {
      if (!isReady(kit)) continue;
      const problem = unfit(deps, state, kit);
      if (problem === null || !(await tx.kits.move(kit.id, kit.state, 'stale', { problem }))) continue;
      const details = { purpose: kit.purpose, problem };
      await tx.audit.append([{ chain: walletId, action: 'kit.stale', actor: SERVICE, subject: kit.id, details }], await tx.nowMs());
      gone.push(kit);
    }
    return ok(gone);
  });
  if (!ended.ok) throw new Error(JSON.stringify(ended.error));
  for (const purpose of PURPOSES)
    if (ended.value.some((kit) => kit.purpose === purpose))
      deps.alerts.raise({ kind: 'kit.stale', walletId, severity: 'warning', message: NO_LONGER_FITS[purpose] });
}

const NO_LONGER_FITS: { readonly [Purpose in KitPurpose]: string } = {
  lockdown: 'the lockdown that the owner signed ahead of need no longer fits the wallet; it has to be armed anew',
  recovery:
    'the recovery kit that was handed out no longer fits the wallet: make another, and destroy the former one, which may still hand the wallet over until its nonce is advanced or the owner key replaced',
};

function unfit({ chain }: Dependencies, { wallet, revision }: State, kit: Kit): string | null {
  const checked = checkKit(chain, wallet, kit);
  if (!checked.ok) return `it does not fit the wallet any more: ${problemOf(checked.error)}`;
  const limits = new Set(revision?.limits.map(({ spendingLimit }) => spendingLimit));
  return kit.limits.every((limit) => limits.has(limit)) ? null : 'the policy in force has other limits';
}

/** Each channel of alerts is told once a day of a wallet, by this process. */
const toldOnDay = new WeakMap<IAlerts, Map<WalletId, number>>();

function remindDaily({ alerts, clock }: Dependencies, walletId: WalletId, message: string): void {
  const days = toldOnDay.get(alerts) ?? new Map<WalletId, number>();
  toldOnDay.set(alerts, days);
  const today = Math.floor(clock.nowMs() / DAY_MS);
  if (days.get(walletId) === today) return;
  days.set(walletId, today);
  alerts.raise({ kind: 'lockdown.missing', walletId, severity: 'warning', message });
}
