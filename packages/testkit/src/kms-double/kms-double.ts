import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerSts, stsError } from './answer-sts.ts';
import type { KmsState } from './authorize.ts';
import { AwsError } from './aws-error.ts';
import { runOperation } from './operations.ts';
import { createPrincipals, type Principal, type Principals } from './principals.ts';
import { type SignedRequest, verifySignatureV4 } from './signature-v4.ts';

/** What a double that misbehaves does with the answer of an operation: another answer, an error, the connection cut, or silence. */
export type Misbehaviour = (operation: string, answer: object) => object | AwsError | 'cut' | 'silence';

/** A server on loopback that speaks the HTTP protocols of KMS and STS to the real SDK. */
export interface KmsDouble {
  readonly endpoint: string;
  readonly region: string;
  readonly principals: Principals;
  /** Every request that was signed by a known key, oldest first. */
  readonly calls: readonly { readonly operation: string; readonly by: string; readonly outcome: string }[];
  /** Of all answers until it is given `null`; what was asked has been done by then. */
  misbehave(how: Misbehaviour | null): void;
  /** Passes time: sessions end, MFA grows old. */
  advance(milliseconds: number): void;
  close(): Promise<void>;
}

const REGION = 'eu-central-1';

interface Inside {
  readonly principals: Principals;
  readonly state: KmsState;
  readonly calls: KmsDouble['calls'][number][];
  passedMs: number;
  misbehaviour: Misbehaviour | null;
}

/** `attestationRoot`: PEM of the root whose attestation documents count; `null`: none do. */
export async function startKmsDouble(given: { readonly attestationRoot: string | null }): Promise<KmsDouble> {
  const nowMs = (): number => Date.now() + inside.passedMs;
  const inside: Inside = {
    principals: createPrincipals(nowMs),
    state: { keys: new Map(), nowMs, attestationRoot: given.attestationRoot },
    ...{ calls: [], passedMs: 0, misbehaviour: null },
  };
  const server = createServer((incoming, response) => void serve(inside, incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ region: REGION, principals: inside.principals, calls: inside.calls },
    misbehave: (how) => {
      inside.misbehaviour = how;
    },
    advance: (milliseconds) => {
      inside.passedMs += milliseconds;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(inside: Inside, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '', headers } = incoming;
  const request: SignedRequest = { method, url, headers, body: await bodyOf(incoming) };
  const [, operation] = /^TrentService\.(\w+)$/.exec(String(headers['x-amz-target'] ?? '')) ?? [];
  if (operation === undefined) serveSts(inside, request, response);
  else serveKms(inside, request, operation, response);
}

function serveSts(inside: Inside, request: SignedRequest, response: ServerResponse): void {
  try {
    const by = signerOf(inside, request, 'sts').principal;
    answer(response, 200, 'text/xml', answerSts(inside.principals, by, request.body.toString('utf8')));
  } catch (error) {
    const known = asAwsError(error);
    answer(response, known.status, 'text/xml', stsError(known));
  }
}

function serveKms(inside: Inside, request: SignedRequest, operation: string, response: ServerResponse): void {
  try {
    const result = runKms(inside, request, operation);
    if (result instanceof AwsError) throw result;
    if (result === 'cut') response.destroy();
    else if (result !== 'silence') answer(response, 200, 'application/x-amz-json-1.1', JSON.stringify(result));
  } catch (error) {
    const { name, message, status } = asAwsError(error);
    answer(response, status, 'application/x-amz-json-1.1', JSON.stringify({ __type: name, message }));
  }
}

function runKms(inside: Inside, request: SignedRequest, operation: string): ReturnType<Misbehaviour> {
  const { principal, region } = signerOf(inside, request, 'kms');
  const note = (outcome: string): void => void inside.calls.push({ operation, by: principal.arn, outcome });
  try {
    const result = runOperation(inside.state, { operation, input: JSON.parse(request.body.toString('utf8')), principal, region });
    note('ok');
    return inside.misbehaviour === null ? result : inside.misbehaviour(operation, result);
  } catch (error) {
    note(asAwsError(error).name);
    throw error;
  }
}

/** The SDK signs with the machine's clock, which does not pass with the double's. */
function signerOf(
  { principals }: Inside,
  request: SignedRequest,
  service: string,
): { readonly principal: Principal; readonly region: string } {
  const claim = verifySignatureV4(request, Date.now(), principals.secretOf);
  if (claim.service !== service)
    throw new AwsError('InvalidSignatureException', `Credential should be scoped to correct service: ${service}.`, 403);
  return { principal: principals.principalOf(claim), region: claim.region };
}

function asAwsError(error: unknown): AwsError {
  return error instanceof AwsError ? error : new AwsError('KMSInternalException', String(error), 500);
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': randomUUID() }).end(body);
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
