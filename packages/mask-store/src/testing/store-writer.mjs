/**
 * Puts masks into a store until it is killed, and says of each when it is there: `node store-writer.mjs STORE WRITER`.
 * PNG files are made beforehand, so that it starts quickly.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openFolderStore } from '../../dist/open.js';

const [, , folder, pngs, writer, most = 'Infinity'] = process.argv;
const store = await openFolderStore(folder);
const encoded = readdirSync(pngs).map((name) => {
  const png = readFileSync(join(pngs, name));
  return { hash: createHash('sha256').update(png).digest('hex'), png, inside: Number.parseInt(name) };
});

for (let turn = 0; turn < Number(most); turn++) {
  const hash = createHash('sha256')
    .update(`${writer} ${turn % 5}`)
    .digest('hex');
  const image = { hash, width: 24, height: 16, path: `${writer}/${turn % 5}.png` };
  const provenance = { source: 'manual', detail: `${writer} ${turn}`, author: writer };
  const masks = ['teeth', 'tape'].map((name, at) => ({
    kind: 'area',
    name,
    status: 'proposed',
    provenance,
    encoded: encoded[(turn + at) % encoded.length],
  }));
  const entries = turn % 7 === 6 ? [await store.setStatus({ image: hash, kind: 'area', name: 'teeth' }, 'accepted', `${writer} ${turn}`)] : await store.putEncoded(image, masks); // prettier-ignore
  // At once: what has been said before a kill has been said.
  writeSync(1, `${JSON.stringify(entries)}\n`);
}
