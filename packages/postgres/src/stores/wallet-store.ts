import type { IWalletStore, Wallet, WalletId, WalletRoles } from '@countersign/core';
import type { Session } from '../connection/session.ts';
import { type Statement, statement } from '../connection/statement.ts';
import type { WalletRow } from '../tables.ts';
import type { TransactionClock } from './transaction-clock.ts';

const COLUMNS = `id, name, state, multisig, vault, owner_address, agent_address, create_key, fee_account, recovery_address,
  policy_revision, time_lock_seconds, frozen_reason, rekeying_by, created_at_ms, last_decision_at_ms`;
const INSERT = statement(
  'wallet_insert',
  `INSERT INTO wallets (id, name, state, multisig, vault, owner_address, agent_address, create_key, fee_account, recovery_address,
     policy_revision, time_lock_seconds, frozen_reason, rekeying_by, created_at_ms)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
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
const OF_OWNER = statement('wallet_of_owner', `SELECT ${COLUMNS} FROM wallets WHERE owner_address = $1 ORDER BY id DESC`);
const REKEY = statement(
  'wallet_rekey',
  `UPDATE wallets SET owner_address = $6, agent_address = $7, fee_account = $8, recovery_address = $9
   WHERE id = $1 AND owner_address = $2 AND agent_address = $3 AND fee_account = $4 AND recovery_address IS NOT DISTINCT FROM $5::text`,
);
const SET_REKEYING = statement(
  'wallet_set_rekeying',
  'UPDATE wallets SET rekeying_by = $3 WHERE id = $1 AND rekeying_by IS NOT DISTINCT FROM $2::text',
);
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
        wallet.recovery,
        wallet.policyRevision,
        wallet.timeLockSeconds,
        wallet.frozenReason,
        wallet.rekeyingBy,
        wallet.createdAtMs,
      ]);
    },
    async get(id) {
      const row = await session.first<WalletRow>(GET, [id]);
      return row && walletFromRow(row);
    },
    lock: (id) => locked(LOCK, id),
    async lockWithSiblings(id) {
      for (;;) {
        const rows = await session.rows<WalletRow>(LOCK_SIBLINGS, [id]);
        for (const row of rows) clock.notBefore(row.last_decision_at_ms);
        const [mine, others] = [rows.filter((row) => row.id === id), rows.filter((row) => row.id !== id)];
        if (mine.length > 0) return [...mine, ...others].map(walletFromRow);
        // Its owner was replaced while its lock was waited for: the statement, which saw the old one, left it out. The next one sees the new one.
        if ((await session.first<WalletRow>(GET, [id])) === null) return [];
      }
    },
    lockShared: (id) => locked(LOCK_SHARED, id),
    list: async ({ cursor, limit }) => (await session.rows<WalletRow>(LIST, [cursor, limit])).map(walletFromRow),
    move: async (id, from, to, { frozenReason }) => (await session.change(MOVE, [id, from, to, frozenReason])) === 1,
    ofOwner: async (owner) => (await session.rows<WalletRow>(OF_OWNER, [owner])).map(walletFromRow),
    rekey: async (id, from, to) => (await session.change(REKEY, [id, ...rolesOf(from), ...rolesOf(to)])) === 1,
    setRekeying: async (id, from, to) => (await session.change(SET_REKEYING, [id, from, to])) === 1,
    setPolicyRevision: async (id, from, to) => (await session.change(SET_POLICY, [id, from, to])) === 1,
  };
}

const rolesOf = ({ owner, agent, feeAccount, recovery }: WalletRoles): readonly unknown[] => [owner, agent, feeAccount, recovery];

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
    recovery: row.recovery_address,
    policyRevision: row.policy_revision,
    timeLockSeconds: row.time_lock_seconds,
    frozenReason: row.frozen_reason,
    rekeyingBy: row.rekeying_by,
    createdAtMs: row.created_at_ms,
  };
}
