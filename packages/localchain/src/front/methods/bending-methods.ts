/** `weather_*` and `chain_*`: not Solana's, and only there when the chain was started with `--weather`. Each takes one object. */
import { parseTransaction } from '../../wire/transaction.ts';
import { slotOf } from '../chain.ts';
import { asAddress, asSignature, asUnsigned, configAt, optionalNumber } from '../params.ts';
import type { RpcMethod } from '../rpc-context.ts';
import { invalidParams } from '../rpc-error.ts';
import type { AccountLie } from '../weather.ts';

const MOST = 1_000_000;
/** A mainnet slot, by which time travel turns seconds into slots and back. */
const SLOT_SECONDS = 0.4;
/** Ten years. */
const MOST_SECONDS = 315_360_000;

/** `{count}`: the next transactions submitted vanish; their signatures are answered as if all were well. */
const weather_drop: RpcMethod = async ({ weather }, params) => {
  weather.plan({ kind: 'drop' }, optionalNumber(configAt(params, 0), 'count', 1, MOST));
  return null;
};

/** `{ms, count}`: the next transactions submitted land that much later. */
const weather_delay: RpcMethod = async ({ weather }, params) => {
  const config = configAt(params, 0);
  weather.plan({ kind: 'delay', delayMs: optionalNumber(config, 'ms', 1_000, 3_600_000) }, optionalNumber(config, 'count', 1, MOST));
  return null;
};

/** `{count}`: the next transactions submitted arrive twice. */
const weather_duplicate: RpcMethod = async ({ weather }, params) => {
  weather.plan({ kind: 'duplicate' }, optionalNumber(configAt(params, 0), 'count', 1, MOST));
  return null;
};

/** `{signature | "*", queries}`: look-ups of a landed signature find nothing, that many times. */
const weather_hide: RpcMethod = async ({ weather }, params) => {
  const config = configAt(params, 0);
  const signature = config['signature'] === '*' ? '*' : asSignature(config['signature'], 'signature');
  weather.hide(signature, optionalNumber(config, 'queries', 1, MOST));
  return null;
};

/** `{frozen}`: the slot stands still, as on a node that lags behind; thawed, it catches up. */
const weather_freeze: RpcMethod = async ({ chain }, params) => {
  chain.clock.freeze(configAt(params, 0)['frozen'] !== false);
  return null;
};

/** `{address, exists?, lamports?, owner?, data? (base64), queries}`: reads of the account by address answer this. */
const weather_lie: RpcMethod = async ({ weather }, params) => {
  const config = configAt(params, 0);
  const lie: AccountLie = {
    exists: config['exists'] !== false,
    ...(config['lamports'] === undefined ? {} : { lamports: asUnsigned(config['lamports'], 'lamports') }),
    ...(config['owner'] === undefined ? {} : { owner: asAddress(config['owner'], 'owner') }),
    ...(config['data'] === undefined ? {} : { data: base64Of(config['data']) }),
  };
  weather.lie(asAddress(config['address'], 'address'), lie, optionalNumber(config, 'queries', 1, MOST));
  return null;
};

/** `{ms}`: calls get no answer at all until then. */
const weather_silence: RpcMethod = async ({ weather }, params) => {
  weather.silence(optionalNumber(configAt(params, 0), 'ms', 1_000, 3_600_000));
  return null;
};

const weather_clear: RpcMethod = async ({ weather, chain }) => {
  weather.clear();
  chain.clock.freeze(false);
  return null;
};

/** `{signature}`: a transaction that is not finalized is forked out. Everything since its slot is undone and the rest executed again. */
const weather_fork: RpcMethod = async ({ chain }, params) => {
  const signature = asSignature(configAt(params, 0)['signature'], 'signature');
  const target = chain.history.get(signature);
  if (target === null) throw invalidParams('Invalid param: the signature has not landed');
  if (target.slot <= chain.slotAt('finalized')) throw invalidParams('Invalid param: the transaction is finalized');
  const undone = await chain.undoFrom(target.slot);
  const dropped: string[] = [signature];
  for (const record of undone) {
    const again = { slot: slotOf(record) };
    if (record.kind === 'set') {
      await chain.setAccounts(
        record.writes.map((write) => [write.address, write.after] as const),
        again,
      );
    } else if (record.transaction.signature !== signature) {
      const parsed = parseTransaction(record.transaction.wire);
      const landed = parsed.ok && (await chain.land(parsed.value, again)).landed;
      if (!landed) dropped.push(record.transaction.signature);
    }
  }
  return { dropped };
};

/** `{slots?, seconds?}`: time travel, forward. With one of them the other follows at 400 ms a slot. */
const chain_advance: RpcMethod = async ({ chain }, params) => {
  const config = configAt(params, 0);
  if (config['slots'] === undefined && config['seconds'] === undefined) throw invalidParams('Invalid params: slots or seconds is needed');
  const seconds = optionalNumber(config, 'seconds', -1, MOST_SECONDS);
  const slots = optionalNumber(config, 'slots', -1, MOST_SECONDS * 3);
  chain.advance(slots >= 0 ? slots : Math.ceil(seconds / SLOT_SECONDS), seconds >= 0 ? seconds : Math.ceil(slots * SLOT_SECONDS));
  const slot = chain.slot();
  return { slot, unixTimestamp: chain.clock.unixSeconds(slot) };
};

/** `{address, lamports, owner?, data? (base64), executable?}`: writes an account from outside; 0 lamports remove it. */
const chain_setAccount: RpcMethod = async ({ chain }, params) => {
  const config = configAt(params, 0);
  const address = asAddress(config['address'], 'address');
  const lamports = asUnsigned(config['lamports'], 'lamports');
  const account = {
    lamports,
    owner: config['owner'] === undefined ? '11111111111111111111111111111111' : asAddress(config['owner'], 'owner'),
    executable: config['executable'] === true,
    data: config['data'] === undefined ? new Uint8Array() : base64Of(config['data']),
  };
  await chain.setAccounts([[address, lamports === 0n ? null : account]]);
  return null;
};

function base64Of(value: unknown): Uint8Array {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw invalidParams('Invalid params: data must be base64');
  return Uint8Array.from(Buffer.from(value, 'base64'));
}

export const bendingMethods: Readonly<Record<string, RpcMethod>> = {
  weather_drop,
  weather_delay,
  weather_duplicate,
  weather_hide,
  weather_freeze,
  weather_lie,
  weather_silence,
  weather_clear,
  weather_fork,
  chain_advance,
  chain_setAccount,
};
