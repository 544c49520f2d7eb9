import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Address, AUDIT_GENESIS, acceptedEncodings, auditPreimage, decodeBase58, sha256Hex, verifyEd25519 } from '@countersign/core';
import type { Approve, AuditEntryView, CreateTransaction, PreparedView, TransactionView, WalletView } from '@countersign/sdk';
import { type Answer, good200, problem } from './fake-answer.ts';
import { createOwnerRoutes, credentialView, isSigned, type OwnerSide, ownerSide, SESSION_SECRET } from './fake-owner-side.ts';
import { addressesFor, approval, NETWORK, RECIPIENT, transaction, WALLET_ID } from './prepared.ts';

/** What needs no credential. */
const OPEN = /^POST \/v1\/sign-in|^GET \/health\/ready/;

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
/** A small service on loopback that speaks the HTTP contract: it keeps what it is told, refuses with problem documents, and checks signatures. */
export interface FakeService extends OwnerSide {
  readonly url: string;
  readonly seen: readonly Seen[];
  readonly paid: ReadonlyMap<string, TransactionView>;
  /** What `prepare` answers, in turn; the last one again and again. */
  prepared: readonly PreparedView[];
  wallets: readonly WalletView[];
  audit: readonly AuditEntryView[];
  /** How many approvals are answered with `approval_not_prepared` first. */
  outdated: number;
  /** State that a payment has when it is looked at again. */
  laterState: TransactionView['state'];
  /** What a payment is answered with beside, where it is to wait. */
  delayed: Partial<TransactionView>;
  close(): Promise<void>;
}

export async function startFakeService(owner: Address): Promise<FakeService> {
  const seen: Seen[] = [];
  const paid = new Map<string, TransactionView>();
  const { vault, agent, multisig } = await addressesFor(owner);
  const wallet: WalletView = {
    id: WALLET_ID,
    name: 'main',
    state: 'active',
    ...{ vault, multisig, owner, agent, recovery: null, rekeyingBy: null },
    policyRevision: 1,
    frozenReason: null,
    balances: [{ asset: 'SOL', amount: '10000000000', decimals: 9 }],
    createdAt: '2026-01-01T00:00:00.000Z',
  };
  let prepares = 0;
  let last: PreparedView | undefined;
  const service: FakeService = {
    ...ownerSide(),
    url: '',
    seen,
    paid,
    prepared: [],
    wallets: [wallet],
    audit: auditChain('system', 3).concat(auditChain(WALLET_ID, 5)),
    outdated: 0,
    laterState: 'finalized',
    delayed: {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  const pay = (key: string | undefined, dryRun: boolean, asked: CreateTransaction): Answer => {
    const view =
      'message' in asked
        ? transaction({ ...asked, asset: null, amount: null, recipient: null, effects: ['The vault calls a program.'] })
        : transaction({ ...asked, memo: asked.memo ?? null, state: 'submitted', route: 'autonomous', approval: null, ...service.delayed });
    const violations = [{ rule: 'listed-recipients', outcome: 'denied' as const, message: 'nobody knows them', details: {} }];
    const denied = !('message' in asked) && asked.recipient !== RECIPIENT;
    if (dryRun)
      return {
        status: 200,
        body: {
          ...view.decision,
          ...('message' in asked ? {} : { verdict: denied ? 'denied' : 'allowed', violations: denied ? violations : [] }),
          dryRun: true,
          effects: view.effects,
        },
      };
    if (key === undefined) return problem(400, 'idempotency_key_missing');
    if (denied) return problem(403, 'payment_denied', { ...view, state: 'denied', violations, budgets: [] });
    const before = paid.get(key);
    if (before && before.amount !== view.amount) return problem(409, 'idempotency_key_reused');
    paid.set(key, before ?? view);
    return { status: 202, body: before ?? view };
  };

  const approve = (body: Approve): Answer => {
    service.outdated -= 1;
    if (last === undefined || service.outdated >= 0) return problem(409, 'approval_not_prepared');
    const current = last;
    if (body.messageSignatures.length !== current.messages.length) return problem(422, 'owner_signature_invalid');
    const { addresses, recovery, approval: asked, statement } = current;
    const consents = (asked.change?.consentOf === 'recovery' ? recovery : addresses.owner) as Address;
    const good = current.messages.every((message, index) =>
      verifyEd25519(consents, Buffer.from(message, 'base64'), decodeBase58(body.messageSignatures[index] ?? '') ?? new Uint8Array()),
    );
    const signedBy = (key: string, signature: string | null | undefined): boolean =>
      statement === null
        ? signature == null
        : acceptedEncodings(statement).some((text) =>
            verifyEd25519(key as Address, text, decodeBase58(signature ?? '') ?? new Uint8Array()),
          );
    const newOwner = asked.change?.owner ?? null;
    const entered = newOwner === null ? body.newOwnerSignature === undefined : signedBy(newOwner, body.newOwnerSignature);
    const all = good && signedBy(consents, body.statementSignature) && entered;
    return all ? { status: 200, body: { ...asked, state: 'executing' } } : problem(422, 'owner_signature_invalid');
  };

  const entries = (query: URLSearchParams): Answer => {
    const from = BigInt(query.get('from') ?? '1');
    const rows = service.audit.filter((row) => row.chain === query.get('chain') && BigInt(row.sequence) >= from);
    const page = rows.slice(0, 2);
    const next = rows[2];
    return { status: 200, body: { items: page, nextCursor: next?.sequence ?? null } };
  };

  const ownerRoute = createOwnerRoutes(service, wallet);
  const route = ({ method, path, headers, body }: Seen): Answer => {
    const url = new URL(path, 'http://fake');
    const where = `${method} ${url.pathname.replace(WALLET_ID, '{wallet}')}`;
    const json = body === '' ? undefined : JSON.parse(body);
    const bySession = headers.authorization === `Bearer ${SESSION_SECRET}`;
    const isOpen = OPEN.test(where) || (where.endsWith('/freeze') && json?.statement !== undefined);
    if (headers.authorization !== 'Bearer secret' && !bySession && !isOpen) return problem(401, 'unauthenticated');
    const owned = ownerRoute({ where, json, host: headers.host ?? '' });
    if (owned !== null) return owned;
    const page = (items: readonly object[]): Answer => ({ status: 200, body: { items, nextCursor: null } });
    switch (where) {
      case 'GET /v1/wallets':
        return page(service.wallets);
      case 'GET /v1/wallets/{wallet}':
        return { status: 200, body: wallet };
      case 'GET /v1/whoami':
        return good200(bySession ? credentialView('owner', owner) : credentialView('operator'));
      case 'POST /v1/wallets/{wallet}/transactions':
        return pay(headers['idempotency-key']?.toString(), headers['dry-run'] === 'true', json);
      case 'GET /v1/approvals':
        return page([...new Map(service.prepared.map((each) => [each.approval.id, each.approval])).values()]);
      case 'POST /v1/audit/verify':
        return { status: 200, body: { ok: true, chains: [] } };
      case 'GET /v1/audit/entries':
        return entries(url.searchParams);
      case 'GET /health/ready':
        return {
          status: 503,
          body: { ready: false, checks: [{ name: 'chain', ok: false, problem: 'no node answers' }], network: NETWORK, version: '0.1.0' },
        };
    }
    if (where.startsWith('GET /v1/wallets/{wallet}/transactions/')) {
      const found = [...paid.values()][0] ?? service.prepared[0]?.transaction ?? transaction();
      return where.endsWith('tx_none') ? problem(404, 'not_found') : { status: 200, body: { ...found, state: service.laterState } };
    }
    if (where.startsWith('GET /v1/approvals/'))
      return { status: 200, body: last?.approval ?? service.prepared[0]?.approval ?? approval('unfreeze') };
    if (where.endsWith('/prepare')) {
      last = service.prepared[Math.min(prepares, service.prepared.length - 1)];
      prepares += 1;
      return last ? { status: 200, body: last } : problem(409, 'approval_not_waiting');
    }
    if (where.endsWith('/approve')) return approve(json);
    if (where.endsWith('/reject') && json?.statement !== undefined && !isSigned(json, wallet, 'veto-request'))
      return problem(422, 'owner_signature_invalid');
    if (where.endsWith('/reject') && bySession && json?.statement === undefined) return problem(403, 'forbidden');
    if (where.endsWith('/reject'))
      return { status: 200, body: { ...(service.prepared[0]?.approval ?? approval('approve_payment')), state: 'rejected' } };
    return problem(404, 'not_found');
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    seen.push(one);
    const { status, body } = route(one);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(service, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

/** An honest audit chain. */
export function auditChain(chain: string, length: number): readonly AuditEntryView[] {
  const rows: AuditEntryView[] = [];
  for (let sequence = 1; sequence <= length; sequence += 1) {
    const row = {
      chain: chain as 'system',
      sequence: BigInt(sequence),
      atMs: Date.parse('2026-01-01T00:00:00.000Z') + sequence,
      actor: 'service' as const,
      action: 'request.decided',
      subject: `tx_${sequence}`,
      details: { verdict: 'allowed', amount: '5' },
      previousHash: (rows.at(-1)?.hash ?? AUDIT_GENESIS) as typeof AUDIT_GENESIS,
    };
    const { atMs, ...shown } = row;
    rows.push({ ...shown, sequence: String(sequence), at: new Date(atMs).toISOString(), hash: sha256Hex(auditPreimage(row)) });
  }
  return rows;
}
