import type { RequestedAction } from '@countersign/core';
import type { RequestRow } from '../tables.ts';

/** The values of asset, amount, recipient, memo, call_message and call_pins. */
export function actionColumns(action: RequestedAction): readonly unknown[] {
  if (action.kind === 'call') return [null, null, null, null, action.message, JSON.stringify(action.pins)];
  const { asset, amount, recipient, memo } = action.payment;
  return [asset, amount, recipient, memo, null, null];
}

export function actionFromRow(row: RequestRow): RequestedAction {
  const { asset, amount, recipient, memo, call_message: message, call_pins: pins } = row;
  if (message !== null && pins !== null) return { kind: 'call', message, pins };
  if (asset === null || amount === null || recipient === null) throw new Error(`request ${row.id} is neither a payment nor a call`);
  return { kind: 'payment', payment: { asset, amount, recipient, memo } };
}
