import type { IWalletStore, Wallet, WalletId } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { type Statement, statement } from '../connection/statement.ts';
import type { WalletRow } from '../tables.ts';
import type { TransactionClock } from './transaction-clock.ts';

const COLUMNS = `id, name, state, multisig, vault, owner_address, agent_address, create_key, fee_account, policy_revision, time_lock_seconds,
  frozen_reason, created_at_ms, last_decision_at_ms`;
const INSERT = statement(
  'wallet_insert',
  `INSERT INTO wallets (id, name, state, multisig, vault, owner_address, agent_address, create_key, fee_account, policy_revision,
     time_lock_seconds, frozen_reason, created_at_ms)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
);
const GET = statement('wallet_get', `SELECT ${COLUMNS} FROM wallets WHERE id = $1`);
// NO KEY: rows that refer to the wallet may be inserted meanwhile; all who lock it still exclude each other and the sharers.
const LOCK = statement('wallet_lock', `SELECT ${COLUMNS} FROM wallets WHERE id = $1 FOR NO KEY UPDATE`);
// One statement takes the locks in the order in which its rows come: two transactions that lock the same owner's wallets never wait in a ring.
const LOCK_SIBLINGS = statement(
  'wallet_lock_siblings',
  `SELECT ${COLUMNS} FROM wallets WHERE owner_address = (SELECT owner_address FROM wallets WHERE id = $1) ORDER BY id FOR NO KEY UPDATE`,
);
const LOCK_SHARED = statement('wallet_lock_shared', `SELECT ${COLUMNS} FROM wallets WHERE id = $1 FOR SHARE`);
const LIST = statement('wallet_list', `SELECT ${COLUMNS} FROM wallets WHERE $1::text IS NULL OR id < $1 ORDER BY id DESC LIMIT $2`);
const MOVE = statement('wallet_move', 'UPDATE wallets SET state = $3, frozen_reason = $4 WHERE id = $1 AND state = $2');
const SET_POLICY = statement(
  'wallet_set_policy',
  'UPDATE wallets SET policy_revision = $3 WHERE id = $1 AND policy_revision IS NOT DISTINCT FROM $2::integer',
);

export function walletStore(session: Session, clock: TransactionClock): IWalletStore {
  async function locked(how: Statement, id: WalletId): Promise<Wallet | null> {
    const row = await session.first<WalletRow>(how, [id]);
    if (row !== null) clock.notBefore(row.last_decision_at_ms);
    return row && walletFromRow(row);
  }
  return {
    async insert(wallet) {
      await session.change(INSERT, [
        wallet.id,
        wallet.name,
        wallet.state,
        wallet.multisig,
        wallet.vault,
        wallet.owner,
        wallet.agent,
        wallet.createKey,
        wallet.feeAccount,
        wallet.policyRevision,
        wallet.timeLockSeconds,
        wallet.frozenReason,
        wallet.createdAtMs,
      ]);
    },
    async get(id) {
      const row = await session.first<WalletRow>(GET, [id]);
      return row && walletFromRow(row);
    },
    lock: (id) => locked(LOCK, id),
    async lockWithSiblings(id) {
      const rows = await session.rows<WalletRow>(LOCK_SIBLINGS, [id]);
      for (const row of rows) clock.notBefore(row.last_decision_at_ms);
      return [...rows.filter((row) => row.id === id), ...rows.filter((row) => row.id !== id)].map(walletFromRow);
    },
    lockShared: (id) => locked(LOCK_SHARED, id),
    list: async ({ cursor, limit }) => (await session.rows<WalletRow>(LIST, [cursor, limit])).map(walletFromRow),
    move: async (id, from, to, { frozenReason }) => (await session.change(MOVE, [id, from, to, frozenReason])) === 1,
    setPolicyRevision: async (id, from, to) => (await session.change(SET_POLICY, [id, from, to])) === 1,
  };
}

function walletFromRow(row: WalletRow): Wallet {
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    multisig: row.multisig,
    vault: row.vault,
    owner: row.owner_address,
    agent: row.agent_address,
    createKey: row.create_key,
    feeAccount: row.fee_account,
    policyRevision: row.policy_revision,
    timeLockSeconds: row.time_lock_seconds,
    frozenReason: row.frozen_reason,
    createdAtMs: row.created_at_ms,
  };
}
