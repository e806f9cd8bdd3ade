/** A registry of npm packages in memory, on this machine only: as much of the protocol as publishing and installing use. */
import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * @typedef {object} Published
 * @property {string} name
 * @property {string} version
 * @property {any} manifest the package.json inside
 * @property {Buffer} tarball
 */

export class Registry {
  /** Packages by name, as npm asks for them. */
  #documents = new Map();
  /** Tarballs by path. */
  #tarballs = new Map();
  #server = createServer((request, response) => {
    this.#answer(request).then(
      ([status, body]) => response.writeHead(status).end(Buffer.isBuffer(body) ? body : JSON.stringify(body)),
      (error) => response.writeHead(500).end(JSON.stringify({ error: String(error) })),
    );
  });

  /** Starts to listen. @returns lines for an .npmrc: packages of the scope come from here, all others from where they did */
  async open(scope) {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const place = `//127.0.0.1:${this.#server.address().port}/`;
    return `${scope}:registry=http:${place}\n${place}:_authToken=anyone\n`;
  }

  close() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** What was published under a name. @returns {Published[]} in the order of publication */
  versions(name) {
    return Object.values(this.#documents.get(name)?.versions ?? {}).map((manifest) => ({
      name,
      version: manifest.version,
      manifest,
      tarball: this.#tarballs.get(new URL(manifest.dist.tarball).pathname),
    }));
  }

  async #answer(request) {
    const path = new URL(request.url, `http://${request.headers.host}`).pathname;
    const name = decodeURIComponent(path.slice(1));
    if (request.method === 'PUT') return this.#publish(name, request);
    const tarball = this.#tarballs.get(decodeURIComponent(path));
    if (tarball !== undefined) return [200, tarball];
    const document = this.#documents.get(name);
    return document === undefined ? [404, { error: 'Not found' }] : [200, document];
  }

  async #publish(name, request) {
    const sent = JSON.parse(Buffer.concat(await request.toArray()).toString());
    const document = this.#documents.get(name) ?? { _id: name, name, versions: {}, 'dist-tags': {} };
    for (const [version, manifest] of Object.entries(sent.versions)) {
      if (version in document.versions) return [409, { error: `${name}@${version} is there already` }];
      const path = `/${name}/-/${version}.tgz`;
      const [{ data }] = Object.values(sent._attachments);
      this.#tarballs.set(path, Buffer.from(data, 'base64'));
      document.versions[version] = {
        ...manifest,
        dist: { ...manifest.dist, tarball: `http://${request.headers.host}${path}` },
      };
    }
    Object.assign(document['dist-tags'], sent['dist-tags']);
    this.#documents.set(name, document);
    return [201, { ok: true }];
  }
}
