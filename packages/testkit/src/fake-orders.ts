import { type IKeyManagementService, type InstalledRevision, ok, resumeProblem } from '@countersign/core';
import { createFakeStatements, type FakeHeld, readFakeBounds, refuseFake } from './fake-held.ts';
import type { FakeSources } from './sources.ts';

type Order<Name extends keyof IKeyManagementService> = (
  wallet: FakeHeld,
  input: Parameters<IKeyManagementService[Name]>[0],
) => Awaited<ReturnType<IKeyManagementService[Name]>>;

/** What the owner orders the fake signer to do. */
export interface FakeOrders {
  readonly installBounds: Order<'installBounds'>;
  readonly rotateAgentKey: Order<'rotateAgentKey'>;
  readonly replaceOwner: Order<'replaceOwner'>;
  readonly revokeAgentKey: Order<'revokeAgentKey'>;
  readonly resumeAgentKey: Order<'resumeAgentKey'>;
}

export function createFakeOrders(sources: Pick<FakeSources, 'clock' | 'verify'>): FakeOrders {
  const { read, unusable } = createFakeStatements(sources);
  const { clock } = sources;
  const byOwner = (wallet: FakeHeld, signature: Uint8Array) => [{ by: [wallet.owner], signature }];
  const isNext = (wallet: FakeHeld, { revision }: InstalledRevision): boolean => revision === wallet.revision + 1;

  return {
    installBounds(wallet, { statement, ownerSignature, bounds }) {
      if (wallet.agent === null) return refuseFake('unknown_wallet', 'there is no such key');
      const parsed = read(wallet, statement, byOwner(wallet, ownerSignature));
      if (!parsed.ok) return parsed;
      const order = parsed.value;
      if (order.action !== 'install-policy') return refuseFake('bad_statement', 'it installs no policy');
      const decoded = readFakeBounds(wallet, order, bounds, wallet.agent?.address);
      if (!decoded.ok) return decoded;
      if (wallet.last === statement) return ok({ revision: wallet.revision });
      if (wallet.restored) return refuseFake('no_bounds', 'it was restored: it takes bounds with another key');
      if (!isNext(wallet, order)) return refuseFake('stale_revision', `revision ${wallet.revision} is installed`);
      const problem = unusable(wallet, order);
      if (problem) return problem;
      wallet.usedNonces.add(order.nonce);
      Object.assign(wallet, { revision: order.revision, recovery: decoded.value.recovery, last: statement });
      return ok({ revision: order.revision });
    },
    rotateAgentKey(wallet, { statement, ownerSignature, bounds }) {
      const parsed = read(wallet, statement, byOwner(wallet, ownerSignature));
      if (!parsed.ok) return parsed;
      const order = parsed.value;
      if (order.action !== 'rotate-agent-key') return refuseFake('bad_statement', 'it rotates no key');
      if (wallet.last === statement && wallet.agent?.address === order.newAgent)
        return ok({ revision: wallet.revision, agent: order.newAgent });
      const decoded = readFakeBounds(wallet, order, bounds, wallet.next?.address);
      if (!decoded.ok) return decoded;
      if (wallet.next?.address !== order.newAgent) return refuseFake('bad_statement', 'it names another new key');
      const bounded = wallet.agent !== null && wallet.revision > 0;
      if (bounded && wallet.agent?.address !== order.oldAgent) return refuseFake('bad_statement', 'it names another old key');
      if (bounded ? !isNext(wallet, order) : order.revision <= wallet.revision)
        return refuseFake('stale_revision', `revision ${wallet.revision} is installed`);
      const problem = unusable(wallet, order);
      if (problem) return problem;
      wallet.usedNonces.add(order.nonce);
      Object.assign(wallet, { agent: wallet.next, next: null, restored: false });
      Object.assign(wallet, { revision: order.revision, recovery: decoded.value.recovery, last: statement });
      return ok({ revision: order.revision, agent: order.newAgent });
    },
    replaceOwner(wallet, { statement, ownerSignature, newOwnerSignature, bounds }) {
      if (wallet.agent === null) return refuseFake('unknown_wallet', 'there is no such key');
      const again = wallet.last === statement && read(wallet, statement, byOwner(wallet, newOwnerSignature)).ok;
      if (again) return ok({ revision: wallet.revision });
      const consenting = [wallet.owner, ...(wallet.recovery === null ? [] : [wallet.recovery])];
      const parsed = read(wallet, statement, [{ by: consenting, signature: ownerSignature }]);
      if (!parsed.ok) return parsed;
      const order = parsed.value;
      if (order.action !== 'replace-owner-key') return refuseFake('bad_statement', 'it replaces no owner');
      const both = read(wallet, statement, [{ by: [order.newOwner], signature: newOwnerSignature }]);
      if (!both.ok) return both;
      if (order.oldOwner !== wallet.owner) return refuseFake('bad_statement', 'it names another old owner');
      const decoded = readFakeBounds(wallet, order, bounds, wallet.agent?.address);
      if (!decoded.ok) return decoded;
      if (wallet.revision === 0) return refuseFake('no_bounds', 'no bounds are installed');
      if (!isNext(wallet, order)) return refuseFake('stale_revision', `revision ${wallet.revision} is installed`);
      const problem = unusable(wallet, order);
      if (problem) return problem;
      wallet.usedNonces.add(order.nonce);
      Object.assign(wallet, { owner: order.newOwner, revision: order.revision, recovery: decoded.value.recovery, last: statement });
      return ok({ revision: order.revision });
    },
    revokeAgentKey(wallet, { statement, ownerSignature }) {
      const parsed = read(wallet, statement, byOwner(wallet, ownerSignature));
      if (!parsed.ok) return parsed;
      const order = parsed.value;
      if (order.action !== 'destroy-key') return refuseFake('bad_statement', 'it destroys no key');
      if (wallet.last === statement) return ok(undefined);
      if (wallet.agent?.address !== order.agent) return refuseFake('bad_statement', 'it names another key');
      const problem = unusable(wallet, order);
      if (problem) return problem;
      wallet.usedNonces.add(order.nonce);
      Object.assign(wallet, { agent: null, next: null, last: statement });
      return ok(undefined);
    },
    resumeAgentKey(wallet, { statement, ownerSignature }) {
      const parsed = read(wallet, statement, byOwner(wallet, ownerSignature));
      if (!parsed.ok) return parsed;
      const order = parsed.value;
      if (order.action !== 'unfreeze' && order.action !== 'resume-signer') return refuseFake('bad_statement', 'it does not unfreeze');
      if (wallet.agent === null) return refuseFake('unknown_wallet', 'there is no such key');
      if (wallet.suspendedAtMs === null && wallet.usedNonces.has(order.nonce)) return ok(undefined);
      const problem = unusable(wallet, order);
      if (problem) return problem;
      const early = resumeProblem(order, wallet.suspendedAtMs, clock.nowMs());
      if (early !== null) return refuseFake('bad_statement', early);
      wallet.usedNonces.add(order.nonce);
      wallet.suspendedAtMs = null;
      return ok(undefined);
    },
  };
}
