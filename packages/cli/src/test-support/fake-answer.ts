/** What the small service of the tests answers. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}
export const good200 = (body: object): Answer => ({ status: 200, body });
export const problem = (status: number, code: string, more: object = {}): Answer => ({
  status,
  body: {
    type: `urn:countersign:${code}`,
    title: code,
    status,
    detail: `it is ${code}`,
    code,
    remedy: 'do something else',
    requestId: 'req_1',
    ...more,
  },
});
