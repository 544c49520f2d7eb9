import {
  type Address,
  type DomainError,
  domainError,
  fail,
  type IKeyManagementService,
  ok,
  type Result,
  type Signature,
  type SignerReceipt,
  type SignerWallet,
} from '@countersign/core';
import { createSignerConnection } from './client/signer-connection.ts';
import { MAX_PLAIN_BYTES, MAX_SEALED_BYTES } from './keystore/sealed-bytes.ts';
import { Refused } from './signer/refusal.ts';
import { createFields, type Fields } from './signer/wire/fields.ts';

/** The service's keys over the signer's socket. */
export interface SignerClient extends IKeyManagementService {
  close(): void;
}

const RECEIPTS_PER_REQUEST = 100;
const MAX_LISTED = 256;
const STATES = ['active', 'suspended', 'no_bounds'] as const;

/** Connects on first use. Every failure is a `Result`: `signer_unavailable` (no answer in `timeoutMs`) or `signer_refused`. */
export function createSignerClient(options: { readonly socketPath: string; readonly timeoutMs: number }): SignerClient {
  const connection = createSignerConnection(options);
  const call = async <T>(
    op: string,
    content: { readonly [name: string]: unknown },
    read: (fields: Fields) => T,
  ): Promise<Result<T, DomainError>> => {
    const answer = await connection.request(op, content);
    if (!answer.ok) return answer;
    try {
      const value = read(answer.value);
      answer.value.end();
      return ok(value);
    } catch (error) {
      if (error instanceof Refused) return fail(domainError('signer_unavailable', { problem: `answer to ${op}: ${error.refusal.rule}` }));
      throw error;
    }
  };
  const nothing = (): void => {};
  const signed = (fields: Fields): { readonly signature: Signature; readonly receipt: SignerReceipt } => ({
    signature: fields.bytes('signature', 64),
    receipt: fields.bytesUpTo('receipt', 1024),
  });
  const agent = (fields: Fields): { readonly agent: Address } => ({ agent: fields.address('agentPublicKey') });
  const revision = (fields: Fields): { readonly revision: number } => ({ revision: fields.whole('revision') });
  return {
    getFeeAccount: () => call('fee_account', {}, (fields) => fields.address('feeAccount')),
    getCreateKey: (walletId) => call('create_address', { walletId }, (fields) => fields.address('createKey')),
    initializeAgentKey: ({ owner, ...pins }) => call('create_key', { ...pins, ownerPublicKey: owner }, agent),
    prepareAgentKey: ({ owner, ...pins }) => call('prepare_key', { ...pins, ownerPublicKey: owner }, agent),
    rotateAgentKey: (input) => call('rotate_key', { ...input }, (fields) => ({ ...revision(fields), ...agent(fields) })),
    replaceOwner: (input) => call('replace_owner', { ...input }, revision),
    revokeAgentKey: (input) => call('destroy_key', { ...input }, nothing),
    readBackup: (walletId) => call('read_backup', { walletId }, (fields) => fields.bytesUpTo('backup', 4096)),
    restoreAgentKey: (backup) => call('restore_key', { backup }, agent),
    sealBytes: (input) => call('seal', { ...input }, (fields) => fields.bytesUpTo('sealed', MAX_SEALED_BYTES)),
    openBytes: (input) => call('open', { ...input }, (fields) => fields.bytesUpTo('bytes', MAX_PLAIN_BYTES)),
    getAgentPublicKey: (walletId) => call('status', { walletId }, readAgentOfStatus),
    installBounds: (input) => call('install_bounds', { ...input }, revision),
    signWithAgentKey: (input) => call('sign', { ...input }, signed),
    signWithFeeKey: (input) =>
      call('sign_fee', { ...input }, (fields) =>
        fields.list('signatures', 2).map((item) => {
          const each = createFields(item);
          return { signer: each.address('signer'), signature: each.bytes('signature', 64) };
        }),
      ),
    restoreReceipts: async (walletId, receipts) => {
      for (let at = 0; at < receipts.length; at += RECEIPTS_PER_REQUEST) {
        const part = receipts.slice(at, at + RECEIPTS_PER_REQUEST);
        const restored = await call('restore_receipts', { walletId, receipts: part }, (fields) => void fields.whole('restored'));
        if (!restored.ok) return restored;
      }
      return ok(undefined);
    },
    suspendAgentKey: (walletId) => call('suspend', { walletId }, nothing),
    resumeAgentKey: (input) => call('resume', { ...input }, nothing),
    healthCheck: async () => {
      const wallets: SignerWallet[] = [];
      for (let after = ''; ; ) {
        const page = await call('hello', after === '' ? {} : { after }, readHello);
        if (!page.ok) return { ready: false, problem: 'problem' in page.error ? String(page.error.problem) : page.error.code, wallets: [] };
        wallets.push(...page.value.wallets);
        if (!page.value.more) return { ready: true, problem: null, wallets };
        after = page.value.last;
      }
    },
    close: connection.close,
  };
}

function readAgentOfStatus(fields: Fields): SignerWallet['agentPublicKey'] {
  for (const name of ['memoryLocked', 'coreDumpsOff']) fields.yes(name);
  for (const name of ['at', 'feeSignaturesLastMinute', 'wallets']) fields.whole(name);
  return fields.map('wallet').address('agentPublicKey');
}

/** A wallet without a key is not among the wallets of a health check. */
function readHello(fields: Fields): { readonly wallets: readonly SignerWallet[]; readonly more: boolean; readonly last: string } {
  for (const name of ['kind', 'build']) fields.text(name, 64);
  if (fields.whole('protocol') !== 1) throw new Refused('malformed', 'the signer speaks another protocol');
  let last = '';
  const wallets = fields.list('wallets', MAX_LISTED).flatMap((item): SignerWallet[] => {
    const each = createFields(item);
    const walletId = each.walletId('walletId');
    last = walletId;
    const text = each.text('state', 32);
    const state = STATES.find((known) => known === text);
    if (state === undefined) return [];
    return [{ walletId, agentPublicKey: each.address('agentPublicKey'), policyRevision: each.whole('policyRevision'), state }];
  });
  return { wallets, more: fields.yes('more'), last };
}
