import { resolve } from 'node:path';
import type { AuditVerification, CountersignClient } from '@countersign/sdk';
import { type Heads, readHeads, writeHeads } from '../audit/heads-file.ts';
import { type ChainReport, createChainVerifier } from '../audit/verify-chain.ts';
import { answered, collect } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { failureOf } from '../connection/failure-of.ts';
import { type Handler, text } from '../invocation.ts';
import { answer, EXIT_CODES, type Failure, failed, type Outcome } from '../outcome.ts';
import { table } from '../output/table.ts';
import { good, type Result } from '../result.ts';

/** `audit verify`: fetches every row and computes every hash here. The service's own verdict is asked beside and only ever makes it worse. */
const auditVerify: Handler = async (invocation) => {
  const remember = text(invocation, 'remember');
  const file = remember === undefined ? null : resolve(invocation.world.cwd, remember);
  const heads = file === null ? good(new Map()) : readHeads(file);
  if (!heads.ok) return heads;
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const service = await answered(client.value.verifyAudit());
  if (!service.ok) return service;
  const chains = await chainNames(client.value, service.value, heads.value);
  if (!chains.ok) return chains;
  const reports: ChainReport[] = [];
  for (const chain of chains.value) {
    const report = await verifyChain(client.value, chain, heads.value);
    if (!report.ok) return report;
    reports.push(withServiceVerdict(report.value, service.value));
  }
  if (file !== null && reports.every(({ ok }) => ok)) writeHeads(file, reports);
  return tell(reports);
};
export default auditVerify;

/** Every chain that the service names, every wallet's, and those that were seen earlier. */
async function chainNames(
  client: CountersignClient,
  service: AuditVerification,
  heads: Heads,
): Promise<Result<readonly string[], Failure>> {
  const wallets = await collect(client.eachWallet());
  if (!wallets.ok) return wallets;
  const self = await answered(client.whoami());
  if (!self.ok) return self;
  // The chain of what belongs to no wallet is shown to operators alone; that it is left out stands in the answer.
  const system = self.value.role === 'operator' ? ['system'] : [];
  return good([
    ...new Set([...system, ...wallets.value.map(({ id }) => id), ...service.chains.map(({ chain }) => chain), ...heads.keys()]),
  ]);
}

async function verifyChain(client: CountersignClient, chain: string, heads: Heads): Promise<Result<ChainReport, Failure>> {
  const verifier = createChainVerifier(chain, heads.get(chain) ?? new Map());
  for await (const entry of client.eachAuditEntry(chain)) {
    if (!entry.ok) return failed(failureOf(entry.error));
    verifier.take(entry.value);
  }
  return good(verifier.report());
}

function withServiceVerdict(report: ChainReport, service: AuditVerification): ChainReport {
  const theirs = service.chains.find(({ chain }) => chain === report.chain);
  if (!report.ok || theirs === undefined || theirs.ok) return report;
  return {
    ...report,
    ok: false,
    problem: `the service itself finds: ${theirs.problem ?? 'it does not verify'}`,
    sequence: theirs.sequence,
  };
}

function tell(reports: readonly ChainReport[]): Outcome {
  const ok = reports.every((report) => report.ok);
  const rows = reports.map(({ chain, entries, head, problem }) => [chain, entries, head, problem ?? 'ok']);
  return answer(
    { ok, chains: reports },
    [
      ...table(['chain', 'rows', 'head', 'verdict'], rows),
      '',
      ok
        ? '✓ every row is there, unchanged and in order'
        : '✗ the audit log does not verify: stop the service, keep a copy of the database, and find out who changed it',
    ],
    ok ? EXIT_CODES.ok : EXIT_CODES.unverified,
  );
}
