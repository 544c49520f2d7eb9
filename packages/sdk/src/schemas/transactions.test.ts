import { describe, expect, test } from 'vitest';
import { MOST_MESSAGE_BYTES } from './fields.ts';
import { createTransactionSchema } from './transactions.ts';

const recipient = '7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2';
const payment = { asset: 'SOL', amount: '5', recipient };
const base64 = (bytes: number): string => Buffer.alloc(bytes, 7).toString('base64');
const messages = (body: unknown): readonly string[] =>
  createTransactionSchema.safeParse(body).error?.issues.map(({ message }) => message) ?? [];

describe('what an agent asks', () => {
  test('is a payment or a message of its own', () => {
    for (const body of [payment, { ...payment, memo: 'x' }, { message: 'AQID' }, { message: base64(MOST_MESSAGE_BYTES) }])
      expect(createTransactionSchema.parse(body)).toEqual(body);
  });

  test('attack: a mixture of both, whatever else is wrong, is one problem of the whole', () => {
    for (const more of [{}, payment, { memo: 'x' }, { amount: '5' }, { asset: 7 }, { extra: 1, recipient: 'x' }]) {
      const mixture = { message: 'AQID', ...more };
      if (Object.keys(more).length === 0) expect(messages(mixture)).toEqual([]);
      else expect(messages(mixture)).toEqual([expect.stringContaining('is a mixture')]);
    }
    expect(messages({ message: undefined, ...payment })).toEqual([expect.stringContaining('is a mixture')]);
  });

  test('attack: a message that two readers of base64 could read differently, or that is too long', () => {
    for (const message of [
      '',
      'AQI',
      'AQI=',
      'AQJ=',
      'AR==',
      'A===',
      '====',
      'AQID ',
      'AQID\n',
      'A-_D',
      'AQID====',
      'ÄQID',
      base64(MOST_MESSAGE_BYTES + 1),
      base64(60_000),
    ]) {
      const taken = createTransactionSchema.safeParse({ message }).success;
      expect(taken, JSON.stringify(message.slice(0, 20))).toBe(message === 'AQI=');
    }
    for (const message of [null, 7, true, {}, ['AQID']]) expect(createTransactionSchema.safeParse({ message }).success).toBe(false);
  });
});
