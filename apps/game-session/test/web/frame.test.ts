import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFrame, refOf } from '../../src/web/frame.js';

test('a request is its event and its data', () => {
  const data = { ref: 1, id: '0123456789ab' };
  expect(readFrame(JSON.stringify({ event: 'game.watch', data }))).toEqual({ event: 'game.watch', data });
});

test.each([
  ['no JSON', '{'],
  ['no object', '[]'],
  ['null', 'null'],
  ['no event', '{"data":{}}'],
  ['an event that is no text', '{"event":1,"data":{}}'],
  ['no data', '{"event":"hello"}'],
  ['data that is a list', '{"event":"hello","data":[]}'],
  ['nothing', ''],
  ['bytes', Buffer.from('{"event":"hello","data":{"ref":1}}')],
])('%s cannot be read', (_, raw) => {
  expect(readFrame(raw)).toEqual({ event: 'unreadable', data: {} });
});

test.each(['games', 'toString', '__proto__', 'unreadable', ''])('there is no request "%s"', (event) => {
  expect(readFrame(JSON.stringify({ event, data: { ref: 7 } }))).toEqual({ event: 'unknown', data: { ref: 7 } });
});

test('nothing that comes in makes it throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.anything()), (raw) => {
      expect(readFrame(raw)).toHaveProperty('event');
    }),
  );
});

test.each([
  [{ ref: 0 }, 0],
  [{ ref: 7 }, 7],
  [{ ref: -1 }, null],
  [{ ref: 7.5 }, null],
  [{ ref: '7' }, null],
  [{ ref: 2 ** 60 }, null],
  [{}, null],
  [null, null],
])('the ref of %j is %j', (data, ref) => {
  expect(refOf(data)).toBe(ref);
});
