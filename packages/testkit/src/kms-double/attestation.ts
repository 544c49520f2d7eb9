import { verify, X509Certificate } from 'node:crypto';
import { decode, encode } from 'cborg';
import { AwsError } from './aws-error.ts';

/** What the double takes from a document that verified. */
export interface Attested {
  /** Hex, by index. */
  readonly pcrs: ReadonlyMap<number, string>;
  /** SPKI of the RSA key to answer to; `null` when there is none. */
  readonly publicKey: Uint8Array | null;
}
type Fields = ReadonlyMap<unknown, unknown>;

const ES384 = -35;
const COSE_ALGORITHM = 1;
const MOST_AGE_MS = 300_000;

/**
 * Verifies a Nitro attestation document (COSE_Sign1, ES384) as KMS does: certificates up to `rootPem`, in their time, the signature, and an age of
 * five minutes at most. A document of debug mode attests zeros, which no policy should name.
 */
export function verifyAttestation(document: Uint8Array, rootPem: string, nowMs: number): Attested {
  const refuse = (problem: string): AwsError => new AwsError('ValidationException', `AttestationDocument is not valid: ${problem}`);
  const read = (bytes: unknown): Fields => {
    const value = decode(bytes as Uint8Array, { useMaps: true }) as unknown;
    if (!(value instanceof Map)) throw refuse('not a map');
    return value;
  };
  const parts = decodeOr(document, refuse);
  const [head, , payload, signature] = parts as readonly [Uint8Array, unknown, Uint8Array, Uint8Array];
  if (read(head).get(COSE_ALGORITHM) !== ES384) throw refuse('algorithm');
  const fields = read(payload);
  const leaf = verifyChain(fields, new X509Certificate(rootPem), nowMs, refuse);
  const signed = encode(['Signature1', head, new Uint8Array(0), payload]);
  if (!verify('sha384', signed, { key: leaf.publicKey, dsaEncoding: 'ieee-p1363' }, signature)) throw refuse('signature');
  const age = nowMs - Number(fields.get('timestamp'));
  if (!(Math.abs(age) <= MOST_AGE_MS)) throw refuse('timestamp');
  const pcrs = [...(fields.get('pcrs') as Map<number, Uint8Array>)].map(
    ([index, value]) => [index, Buffer.from(value).toString('hex')] as const,
  );
  const publicKey = fields.get('public_key');
  return { pcrs: new Map(pcrs), publicKey: publicKey instanceof Uint8Array ? publicKey : null };
}

function decodeOr(document: Uint8Array, refuse: (problem: string) => AwsError): readonly unknown[] {
  let value: unknown;
  try {
    const tags: ((value: unknown) => unknown)[] = [];
    tags[18] = (inner) => inner;
    value = decode(document, { useMaps: true, tags });
  } catch {
    throw refuse('not CBOR');
  }
  if (!Array.isArray(value) || value.length !== 4) throw refuse('not COSE_Sign1');
  return value;
}

function verifyChain(fields: Fields, root: X509Certificate, nowMs: number, refuse: (problem: string) => AwsError): X509Certificate {
  const bundle = (fields.get('cabundle') as readonly Uint8Array[]).map((der) => new X509Certificate(der));
  const leaf = new X509Certificate(fields.get('certificate') as Uint8Array);
  if (bundle[0]?.fingerprint256 !== root.fingerprint256) throw refuse('another root');
  let issuer = root;
  for (const [index, each] of [...bundle, leaf].entries()) {
    const inTime = nowMs >= Date.parse(each.validFrom) && nowMs <= Date.parse(each.validTo);
    if (!inTime || !each.checkIssued(issuer) || !each.verify(issuer.publicKey)) throw refuse(`certificate ${index}`);
    if (each !== leaf && !each.ca) throw refuse(`certificate ${index} may not issue`);
    issuer = each;
  }
  return leaf;
}
