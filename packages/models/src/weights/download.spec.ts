import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cachedPath, weightsFolder } from './cache.js';
import { download } from './download.js';
import { locateWeights, obtainWeights } from './locate.js';
import { imagenet } from '../blocks/index.js';
import type { KnownWeights } from './registry.js';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251));
const sha256 = createHash('sha256').update(content).digest('hex');

let server: Server;
let url = '';
let asked: IncomingMessage[] = [];
/** What the server does with a request. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;

/** Serves `bytes` with ranges and an ETag, as file servers do; `cut` breaks the connection off after so many bytes. */
function serve(bytes: Buffer, etag: string, cut?: number): typeof answer {
  return (request, response) => {
    const [, start = '0'] = /bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
    const resumed = request.headers['if-range'] === etag;
    const body = resumed ? bytes.subarray(Number(start)) : bytes;
    const range = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(resumed ? 206 : 200, { etag, 'content-length': body.length, ...(resumed ? range : {}) });
    if (cut === undefined) response.end(body);
    else response.write(body.subarray(0, cut), () => setTimeout(() => request.socket.destroy(), 20));
  };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.bin`;
});
afterAll(() => void server.close());

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foveate-download-'));
  path = join(folder, 'a', 'weights.bin');
  asked = [];
  answer = serve(content, '"v1"');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Leaves the beginning of the file, as a connection that broke off does. */
async function begin(): Promise<void> {
  answer = serve(content, '"v1"', 100_000);
  await expect(download(url, path)).rejects.toMatchObject({ code: 'PATH_MISSING' });
}

const checksum = { algorithm: 'sha256' as const, value: sha256 };

describe('download', () => {
  it('stores the file, tells its progress and leaves nothing else', async () => {
    const progress: (readonly [number, number | undefined])[] = [];
    await download(url, path, { checksum, onProgress: (received, total) => progress.push([received, total]) });
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(progress.at(-1)).toEqual([content.length, content.length]);
    expect(existsSync(`${path}.part`) || existsSync(`${path}.part.etag`)).toBe(false);
  });

  it('goes on where the connection broke off', async () => {
    answer = serve(content, '"v1"', 100_000);
    const broken = download(url, path, { checksum });
    await expect(broken).rejects.toMatchObject({ code: 'PATH_MISSING' });
    await expect(broken).rejects.toThrow(/put it at .*weights\.bin/);
    expect(existsSync(path)).toBe(false);
    answer = serve(content, '"v1"');
    await download(url, path, { checksum });
    expect(asked[1]?.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  it('starts again when the file at the server is another one by now', async () => {
    answer = serve(Buffer.alloc(content.length, 1), '"v0"', 100_000);
    await expect(download(url, path)).rejects.toThrow('cannot be downloaded');
    answer = serve(content, '"v1"');
    await download(url, path, { checksum });
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  it('refuses and forgets a file with the wrong digest; the beginning of one is enough to compare', async () => {
    const wrong = download(url, path, { checksum: { algorithm: 'sha256', value: '0000' } });
    await expect(wrong).rejects.toMatchObject({ code: 'WEIGHTS_INVALID' });
    await expect(wrong).rejects.toThrow(`expected 0000, got ${sha256}`);
    expect(existsSync(path) || existsSync(`${path}.part`)).toBe(false);
    await download(url, path, { checksum: { algorithm: 'sha256', value: sha256.slice(0, 8) } });
    const md5 = createHash('md5').update(content).digest('hex');
    await download(url, path, { checksum: { algorithm: 'md5', value: md5 } });
  });

  it('says in one sentence what the server said, or that there is none', async () => {
    answer = (_, response) => response.writeHead(404).end();
    await expect(download(url, path)).rejects.toThrow('got server answered 404');
    await expect(download('http://127.0.0.1:1/x', path)).rejects.toMatchObject({ code: 'PATH_MISSING' });
    writeFileSync(join(folder, 'file'), '');
    await expect(download(url, join(folder, 'file', 'x'))).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  });

  it('asks once more for all of it where the server has nothing left of it, and then no more', async () => {
    await begin();
    answer = (_, response) => response.writeHead(416).end();
    await expect(download(url, path)).rejects.toMatchObject({ code: 'PATH_MISSING' });
    expect(asked.map(({ headers }) => headers.range !== undefined)).toEqual([false, true, false]);
  });

  it('does not take another part of the file for the one it asked for', async () => {
    await begin();
    const wrong: typeof answer = (request, response) => {
      if (request.headers.range === undefined) return serve(content, '"v1"')(request, response);
      response.writeHead(206, { etag: '"v1"', 'content-range': 'bytes 0-99/100' }).end(Buffer.alloc(100, 9));
    };
    answer = wrong;
    await download(url, path);
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  it('listens to no more than the file may have, and keeps nothing of it', async () => {
    await expect(download(url, path, { mostBytes: 1000 })).rejects.toMatchObject({ code: 'WEIGHTS_INVALID' });
    answer = (_, response) => {
      response.writeHead(200, { etag: '"v1"' });
      response.on('error', () => undefined);
      const more = () =>
        response.destroyed ||
        (response.write(Buffer.alloc(100_000)) ? setImmediate(more) : response.once('drain', more));
      more();
    };
    await expect(download(url, path, { mostBytes: 1_000_000 })).rejects.toMatchObject({ code: 'WEIGHTS_INVALID' });
    expect(readdirSync(join(folder, 'a'))).toEqual([]);
  });

  it('goes on with what a killed process left, and works for two at once', async () => {
    await begin();
    const left = join(folder, 'a', '.weights.bin.0123456789abcdef.tmp');
    renameSync(`${path}.part`, left);
    renameSync(`${path}.part.etag`, `${left}.etag`);
    const long = Date.now() / 1000 - 3600;
    for (const file of [left, `${left}.etag`]) utimesSync(file, long, long);
    answer = serve(content, '"v1"');
    await Promise.all([download(url, path), download(url, path)]);
    expect(asked.filter(({ headers }) => headers.range !== undefined)).toHaveLength(1);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(readdirSync(join(folder, 'a')).filter((name) => name.startsWith('.') || name.includes('part'))).toEqual([]);
  });

  it('stops when it is told to', async () => {
    answer = (_, response) => void response.writeHead(200, { 'content-length': 10 }).write('a');
    const stop = new AbortController();
    const running = download(url, path, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the cache', () => {
  const environment = { ...process.env };
  beforeEach(() => {
    process.env['FOVEATE_HOME'] = folder;
  });
  afterEach(() => void (process.env = { ...environment }));

  const known = (): KnownWeights => ({
    architecture: 'x',
    tag: 'y',
    url,
    megabytes: 0.3,
    licence: 'none',
    scheme: 'torchvision',
    padding: 'symmetric',
    normalisation: imagenet,
    classes: 1000,
  });

  it('lies where the environment says', () => {
    expect(weightsFolder({ FOVEATE_HOME: '/f' })).toBe(join('/f', 'weights'));
    expect(weightsFolder({ XDG_CACHE_HOME: '/c' })).toBe(join('/c', 'foveate', 'weights'));
    expect(weightsFolder({})).toMatch(/foveate[/\\]weights$/);
    expect(cachedPath(known())).toBe(join(folder, 'weights', 'x', 'y', 'weights.bin'));
  });

  it('downloads once, and trusts on first use what has no published digest', async () => {
    const file = await obtainWeights(known());
    expect(await obtainWeights(known())).toBe(file);
    expect(asked).toHaveLength(1);
    writeFileSync(file, 'something else');
    await expect(obtainWeights(known())).rejects.toThrow('not the one first used here');
  });

  it('says where to put the file when it may not download', async () => {
    const refused = obtainWeights(known(), { offline: true });
    await expect(refused).rejects.toMatchObject({ code: 'PATH_MISSING' });
    await expect(refused).rejects.toThrow(`Put the file ${url} there`);
    process.env['FOVEATE_OFFLINE'] = '1';
    await expect(obtainWeights(known())).rejects.toThrow('downloads are switched off');
    expect(asked).toHaveLength(0);
  });

  it('finds paths beside the configuration, and lists the tags when there is nothing', async () => {
    writeFileSync(join(folder, 'w.pth'), '');
    expect(await locateWeights('resnet-18', 'w.pth', folder)).toEqual({ path: join(folder, 'w.pth') });
    await expect(locateWeights('resnet-18', 'torch', folder)).rejects.toThrow(
      'known weights of resnet-18: timm-a1, torchvision-v1',
    );
  });
});
