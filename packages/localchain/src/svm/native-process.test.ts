import { expect, test } from 'vitest';
import { NativeProcess } from './native-process.ts';
import { openNativeSvm } from './native-svm.ts';

test('a binary that is not there is one clear error', async () => {
  const opened = openNativeSvm({ kind: 'crate', version: '2.0.0', binaryPath: '/nowhere/countersign-native-svm' });
  await expect(opened).rejects.toThrow(/^the native chain process cannot run: .*ENOENT/);
});

test('a process that ends rejects what waits for it and what comes after', async () => {
  const ended = new NativeProcess('/bin/false');
  const waiting = [ended.ask({ op: 'save' }), ended.ask({ op: 'save' })];
  for (const answer of waiting) await expect(answer).rejects.toThrow('the native chain process ended (code 1)');
  await expect(ended.ask({ op: 'save' })).rejects.toThrow('the native chain process ended (code 1)');
  await ended.close();
});

test('a process that answers no frames is ended', async () => {
  const echo = new NativeProcess('/bin/cat');
  await expect(echo.ask({ op: 'save' })).rejects.toThrow('without "ok" and without "error"');
  await echo.close();
});
