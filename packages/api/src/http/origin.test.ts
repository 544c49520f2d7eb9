import { expect, test } from 'vitest';
import { originOf } from './origin.ts';

test('owners sign in to the public name, else to where the service listens', () => {
  expect(originOf('Pay.Example', 'http://127.0.0.1:7070')).toEqual({ domain: 'pay.example', uri: 'https://pay.example' });
  expect(originOf(null, 'http://127.0.0.1:7070')).toEqual({ domain: '127.0.0.1:7070', uri: 'http://127.0.0.1:7070' });
  expect(originOf(null, 'http://[::1]:7070')).toEqual({ domain: '[::1]:7070', uri: 'http://[::1]:7070' });
});
