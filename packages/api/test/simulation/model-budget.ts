import { type Address, type Attempt, verifyEd25519, type WalletId } from '@countersign/core';
import type { ReservationRow } from '@countersign/testkit';
import type { Books } from './model.ts';
import { readSpending } from './model-bytes.ts';
import { ASSET, type PolicyTerms, termsOf } from './policies.ts';

type Fail = (problem: string) => void;

const METER = `asset/${ASSET}`;

/** What an attempt may move at most, read out of its bytes. */
function asked(attempt: Attempt | undefined): bigint {
  return attempt === undefined ? 0n : (readSpending(attempt.message)?.amount ?? 0n);
}
function metered(amounts: readonly { readonly meter: string; readonly amount: bigint }[]): bigint {
  return amounts.find(({ meter }) => meter === METER)?.amount ?? 0n;
}
/** INVARIANT I7: the latest tightening of the active revision decides from its commit on, else what the owner signed. */
function policyOf({ tables }: Books, walletId: WalletId): PolicyTerms | null {
  const active = [...tables.policies.values()].find((row) => row.walletId === walletId && row.state === 'active');
  if (active === undefined) return null;
  let inForce: { readonly text: string; readonly number: number } = { text: active.text, number: 0 };
  for (const row of tables.tightenings.values())
    if (row.walletId === walletId && row.revision === active.revision && row.number > inForce.number) inForce = row;
  return termsOf(inForce.text);
}

/** What counts in a window that ends at `nowMs`: what is open, and what the chain moved and was settled in it. */
function usage(
  books: Books,
  walletIds: readonly WalletId[],
  seconds: number,
  nowMs: number,
): { readonly alone: bigint; readonly total: bigint } {
  let alone = 0n;
  let total = 0n;
  for (const row of books.tables.reservations.values()) {
    if (row.state === 'released' || !walletIds.includes(row.walletId)) continue;
    if (row.state === 'settled' && (row.settledAtMs ?? 0) < nowMs - seconds * 1000) continue;
    const attempt = books.tables.attempts.get(row.attemptId);
    const amount = row.state === 'open' ? asked(attempt) : books.movedBy(row.attemptId);
    total += amount;
    if (row.holding.alone) alone += amount;
  }
  return { alone, total };
}

/** INVARIANT I4: with this reservation every window of the policy in force still holds, and the single payment is one that its route allows. */
export function checkReservation(books: Books, row: ReservationRow, fail: Fail): void {
  const { tables } = books;
  const wallet = tables.wallets.get(row.walletId)?.wallet;
  const attempt = tables.attempts.get(row.attemptId);
  const terms = policyOf(books, row.walletId);
  const request = tables.requests.get(attempt?.requestId ?? '');
  if (wallet === undefined || attempt === undefined || terms === null || request === undefined) {
    fail(`I4: ${row.attemptId} is reserved without wallet, attempt, request or policy`);
    return;
  }
  if (wallet.state !== 'active') fail(`I7: ${row.attemptId} is reserved while the wallet is ${wallet.state}`);
  const amount = asked(attempt);
  const { alone } = row.holding;
  if (metered(row.holding.amounts) !== amount) fail(`I4: ${row.attemptId} moves ${amount} and holds ${metered(row.holding.amounts)}`);
  if (amount > terms.ceiling) fail(`I4: ${row.attemptId} of ${amount} is over the ceiling of ${terms.ceiling}`);
  if (alone && amount > terms.autonomous) {
    const waitedMs = row.reservedAtMs - request.createdAtMs;
    const served = waitedMs >= terms.delaySeconds * 1000 || wasLetGo(books, request.id, wallet.owner);
    const delayed = amount <= terms.delayedUpTo && request.route === 'delayed' && served;
    if (!delayed) fail(`I4: ${row.attemptId} of ${amount} goes without the owner after ${waitedMs} ms on the route ${request.route}`);
  }
  const siblings = [...tables.wallets.values()].flatMap((each) => (each.wallet.owner === wallet.owner ? [each.wallet.id] : []));
  const windows = terms.windows.map((window) => ({ ...window, of: [row.walletId] }));
  const shared = terms.ownerWindow === null ? [] : [{ ...terms.ownerWindow, of: siblings }];
  for (const { seconds, autonomous, ceiling, of } of [...windows, ...shared]) {
    const used = usage(books, of, seconds, row.reservedAtMs);
    if (alone && used.alone > autonomous) fail(`I4: ${used.alone} of ${autonomous} alone in ${seconds} s with ${row.attemptId}`);
    if (used.total > ceiling) fail(`I4: ${used.total} of ${ceiling} in ${seconds} s with ${row.attemptId}`);
  }
}

/** INVARIANT I6: the owner signed that this very request may go before its moment. */
function wasLetGo({ tables }: Books, requestId: string, owner: Address): boolean {
  return [...tables.statements.values()].some(
    ({ text, signature }) =>
      text.includes('\naction: approve-request\n') &&
      text.includes(`\nrequest: ${requestId}\n`) &&
      verifyEd25519(owner, new TextEncoder().encode(text), signature),
  );
}

/** INVARIANT I4: settled is what the chain moved for good; released is only what can land no more. */
export function checkSettlement(books: Books, row: ReservationRow, fail: Fail): void {
  const landing = books.landingOf(row.attemptId);
  if (row.state === 'settled') {
    const final = landing !== null && landing.error === null && landing.height <= books.chain.heights().finalized;
    if (!final) fail(`I4: ${row.attemptId} is settled and is not on chain for good`);
    const moved = books.movedBy(row.attemptId);
    if (metered(row.settled) !== moved) fail(`I4: ${row.attemptId} moved ${moved} and is settled with ${metered(row.settled)}`);
  } else if (!books.isDead(row.attemptId)) fail(`I4: ${row.attemptId} is released and may still land`);
}

const BLOCK_MS = 400;
const UNDER_WAY: readonly string[] = ['received', 'approved', 'signed', 'submitted', 'confirmed', 'unknown'];

/** At rest: chain and books agree to the unit, requests say what happened, and what landed fits every rolling window of chain time. */
export function checkBooks(books: Books, fail: Fail): void {
  const { tables, chain } = books;
  for (const { wallet } of tables.wallets.values()) {
    const attempts = [...tables.attempts.values()].filter((each) => each.walletId === wallet.id && each.holding !== null);
    const settled = [...tables.reservations.values()].reduce(
      (sum, row) => (row.walletId === wallet.id ? sum + metered(row.settled) : sum),
      0n,
    );
    const open = [...tables.reservations.values()].filter((row) => row.walletId === wallet.id && row.state === 'open');
    const left = books.fundedWith(wallet.id) - chain.balance(wallet.vault, ASSET);
    if (settled !== left) fail(`I4: ${left} left the vault of ${wallet.id} and ${settled} are settled`);
    if (open.length > 0) fail(`I4: at rest ${open.map(({ attemptId }) => attemptId).join(', ')} still hold budget`);
    for (const request of tables.requests.values()) {
      if (request.walletId !== wallet.id) continue;
      if (UNDER_WAY.includes(request.state)) fail(`I3: at rest ${request.id} is still ${request.state}`);
      const mine = attempts.filter(({ requestId }) => requestId === request.id).map(({ id }) => books.landingOf(id));
      const effects = mine.filter((landing) => landing !== null && landing.error === null).length;
      if (effects > 1) fail(`I3: ${request.id} had ${effects} effects`);
      if ((effects === 1) !== (request.state === 'finalized'))
        fail(`I3: ${request.id} is ${request.state} and had ${effects} effects on chain`);
    }
    checkRollingWindows(books, wallet.id, attempts, fail);
  }
}

function checkRollingWindows(books: Books, walletId: WalletId, attempts: readonly Attempt[], fail: Fail): void {
  const everActive = [...books.tables.policies.values()].filter(
    ({ walletId: id, activatedAtMs }) => id === walletId && activatedAtMs !== null,
  );
  const [only] = everActive;
  // Under two policies, one after the other, a window has no one cap. A rotation changes keys and no document: the windows go on over it.
  if (only === undefined || everActive.some(({ text }) => text !== only.text)) return;
  const landed = attempts.flatMap(({ id, holding }) => {
    const landing = books.landingOf(id);
    return landing === null || landing.error !== null
      ? []
      : [{ atMs: Number(landing.height) * BLOCK_MS, amount: books.movedBy(id), alone: holding?.alone === true }];
  });
  for (const { seconds, autonomous, ceiling } of termsOf(only.text).windows) {
    const lengthMs = seconds * 1000 - books.clockDisorderMs();
    for (const last of landed) {
      const inside = landed.filter(({ atMs }) => atMs <= last.atMs && atMs > last.atMs - lengthMs);
      const total = inside.reduce((sum, { amount }) => sum + amount, 0n);
      const alone = inside.reduce((sum, each) => (each.alone ? sum + each.amount : sum), 0n);
      if (total > ceiling || alone > autonomous) fail(`I4: ${alone} alone and ${total} in all landed within ${seconds} s in ${walletId}`);
    }
  }
}
