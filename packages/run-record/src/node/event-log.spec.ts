import { afterAll, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventLog } from './event-log.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-events-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it.each([
  ['a line that was cut', '{"at":1}\n{"at":2', '{"at":1}\n'],
  [
    'nothing but zeros after it, as a crash of the system leaves them',
    `{"at":1}\n${'\0'.repeat(300_000)}`,
    '{"at":1}\n',
  ],
  ['a line that is cut and the only one', 'x'.repeat(70_000), ''],
  ['whole lines alone', '{"at":1}\n{"at":2}\n', '{"at":1}\n{"at":2}\n'],
  ['nothing', '', ''],
])('goes on after %s', (_, before, kept) => {
  const path = join(root, 'events.jsonl');
  writeFileSync(path, before);
  const log = new EventLog(root);
  log.open();
  log.write({ type: 'notice', message: 'new' }, 3);
  log.close();
  expect(readFileSync(path, 'utf8')).toBe(`${kept}{"at":3,"type":"notice","message":"new"}\n`);
});
