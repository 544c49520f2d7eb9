import { createHmac, randomBytes } from 'node:crypto';

/** Virtual MFA devices as AWS takes them: RFC 6238 with SHA-1, six digits, half a minute each, every code once. */
export interface MfaDevices {
  add(serial: string, userArn: string): void;
  /** What it shows now. */
  codeOf(serial: string): string;
  /** Whether this user's device shows this code now, and it was not taken before. Takes it. */
  take(serial: string, userArn: string, code: string): boolean;
}

const STEP_MS = 30_000;

export function createMfaDevices(nowMs: () => number): MfaDevices {
  const devices = new Map<string, { readonly secret: Buffer; readonly userArn: string; usedStep: number }>();
  const step = (): number => Math.floor(nowMs() / STEP_MS);
  return {
    add: (serial, userArn) => void devices.set(serial, { secret: randomBytes(20), userArn, usedStep: 0 }),
    codeOf: (serial) => {
      const device = devices.get(serial);
      if (device === undefined) throw new Error(`there is no device ${serial}`);
      return codeAt(device.secret, step());
    },
    take: (serial, userArn, code) => {
      const device = devices.get(serial);
      if (device?.userArn !== userArn || device.usedStep >= step() || code !== codeAt(device.secret, step())) return false;
      device.usedStep = step();
      return true;
    },
  };
}

function codeAt(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', secret).update(counter).digest();
  const offset = (hash[hash.length - 1] ?? 0) & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
