import { type IKeyStore, type IKitStore, type KeyState, LIVE_KEY_STATES, type WalletKey } from '@countersign/core';
import { ascending, descending, insertRow, updateRow } from './rows.ts';
import type { Session } from './session.ts';
import type { KeyRow, Rows } from './tables.ts';

const isLive = (state: KeyState): boolean => LIVE_KEY_STATES.includes(state);

export function keyStore(session: Session): IKeyStore {
  const known = ({ remindedAtMs: _remindedAtMs, ...key }: KeyRow): WalletKey => key;
  const where = (matches: (key: WalletKey) => boolean) => session.all('keys').map(known).filter(matches);
  /** A second live key of a role waits until the transaction of the first has ended. */
  const lockPlace = ({ walletId, role }: WalletKey) => session.lock(`keys/live ${walletId} ${role}`, 'exclusive');
  return {
    insert: (key) =>
      session.statement('keys.insert', async () => {
        if (isLive(key.state)) await lockPlace(key);
        await session.lock(`keys/address ${key.walletId} ${key.address}`, 'exclusive');
        await insertRow(session, 'keys', key.id, { ...key, remindedAtMs: null });
      }),
    live: (walletId, role) =>
      session.statement('keys.live', () => where((key) => key.walletId === walletId && key.role === role && isLive(key.state))[0] ?? null),
    ofAddress: (walletId, address) =>
      session.statement('keys.ofAddress', () => {
        const [newest, ...others] = where((key) => key.walletId === walletId && key.address === address).sort(descending(({ id }) => id));
        return [newest, ...others].find((key) => key?.state !== 'failed') ?? newest ?? null;
      }),
    list: (walletId) => session.statement('keys.list', () => where((key) => key.walletId === walletId).sort(descending(({ id }) => id))),
    due: (beforeMs, limit) =>
      session.statement('keys.due', () =>
        where(
          ({ state, dueAtMs, rotationReason }) => isLive(state) && ((dueAtMs !== null && dueAtMs < beforeMs) || rotationReason !== null),
        )
          .sort(
            ascending(
              ({ dueAtMs }) => dueAtMs ?? Number.POSITIVE_INFINITY,
              ({ id }) => id,
            ),
          )
          .slice(0, limit),
      ),
    move: (id, from, to, change) =>
      session.statement('keys.move', async () => {
        const key = session.get('keys', id);
        if (key?.state === from && isLive(to)) await lockPlace(key);
        return updateRow(
          session,
          'keys',
          id,
          ({ state }) => state === from,
          (row) => ({ ...row, ...change, state: to }),
        );
      }),
    callForRotation: (id, reason) =>
      session.statement('keys.callForRotation', () =>
        updateRow(
          session,
          'keys',
          id,
          ({ state, rotationReason }) => isLive(state) && rotationReason === null,
          (row) => ({ ...row, rotationReason: reason }),
        ),
      ),
    remind: (id, atMs, sinceMs) =>
      session.statement('keys.remind', () =>
        updateRow(
          session,
          'keys',
          id,
          ({ state, remindedAtMs }) => isLive(state) && (remindedAtMs === null || remindedAtMs < sinceMs),
          (row) => ({ ...row, remindedAtMs: atMs }),
        ),
      ),
  };
}

export function kitStore(session: Session): IKitStore {
  const where = (matches: (kit: Rows['kits']) => boolean) => session.all('kits').filter(matches);
  return {
    insert: (kit) =>
      session.statement('kits.insert', async () => {
        await session.lock(`kits/part ${kit.approvalId} ${kit.part}`, 'exclusive');
        await insertRow(session, 'kits', kit.id, kit);
      }),
    get: (id) => session.statement('kits.get', () => session.get('kits', id)),
    ofApproval: (approvalId) =>
      session.statement('kits.ofApproval', () => where((kit) => kit.approvalId === approvalId).sort(ascending(({ part }) => part))),
    list: (walletId, { purpose, states }) =>
      session.statement('kits.list', () =>
        where((kit) => kit.walletId === walletId && (purpose === null || kit.purpose === purpose) && states.includes(kit.state)).sort(
          descending(({ id }) => id),
        ),
      ),
    move: (id, from, to, change) =>
      session.statement('kits.move', async () => {
        const kit = session.get('kits', id);
        // Whoever arms the same part, or over the same nonce, waits until this transaction has ended.
        if (kit?.state === from && (to === 'armed' || to === 'handed_out')) {
          await session.lock(`kits/armed ${kit.walletId} ${kit.purpose} ${kit.part}`, 'exclusive');
          await session.lock(`kits/nonce ${kit.nonceAccount} ${kit.nonce}`, 'exclusive');
        }
        return updateRow(
          session,
          'kits',
          id,
          ({ state }) => state === from,
          (row) => ({ ...row, ...change, state: to }),
        );
      }),
  };
}
