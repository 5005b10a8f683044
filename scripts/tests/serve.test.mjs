// The page's web server gives what a page needs and nothing else.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { serve } from '../lib/serve.mjs';

/** A request with a path that no client would send as it stands. */
function rawGet(url, path, method = 'GET') {
  return new Promise((resolve, reject) => {
    const { port } = new URL(url);
    request({ host: '127.0.0.1', port, path, method }, (response) => {
      response.setEncoding('utf8');
      let body = '';
      response.on('data', (chunk) => (body += chunk)).on('end', () => resolve({ ...response, status: response.statusCode, body }));
    }).on('error', reject).end();
  });
}

describe('serve', () => {
  let root;
  let site;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'janus-wasm-serve-'));
    await mkdir(join(root, 'www', 'examples'), { recursive: true });
    await mkdir(join(root, 'www-secret'));
    await mkdir(join(root, 'dist'));
    await writeFile(join(root, 'www', 'index.html'), 'page');
    await writeFile(join(root, 'www', 'examples', 'index.html'), 'examples');
    await writeFile(join(root, 'dist', 'janus_bg.wasm'), 'wasm');
    await writeFile(join(root, 'package.json'), 'secret');
    await writeFile(join(root, 'www-secret', 'key'), 'secret');
    site = await serve({ root, port: 0, config: { servers: ['ws://127.0.0.1:8188'], room: 1234 } });
  });

  after(async () => {
    await site?.close();
    await rm(root, { recursive: true, force: true });
  });

  const get = (path, options) => fetch(new URL(path, site.url), options);

  it('serves files with their types, never to be cached', async () => {
    for (const [path, type, body] of [
      ['/', 'text/html; charset=utf-8', 'page'],
      ['/?room=1&name=%41', 'text/html; charset=utf-8', 'page'],
      ['/examples/', 'text/html; charset=utf-8', 'examples'],
      ['/dist/janus_bg.wasm', 'application/wasm', 'wasm'],
    ]) {
      const response = await get(path);
      assert.equal(response.status, 200, path);
      assert.equal(response.headers.get('content-type'), type);
      assert.equal(response.headers.get('cache-control'), 'no-store');
      assert.equal(await response.text(), body);
    }
    assert.deepEqual(await (await get('/config.json')).json(), { servers: ['ws://127.0.0.1:8188'], room: 1234 });
  });

  it('leads a folder to its page and keeps the question', async () => {
    const response = await get('/examples?room=5', { redirect: 'manual' });
    assert.equal(response.status, 301);
    assert.equal(response.headers.get('location'), '/examples/?room=5');
  });

  it('gives nothing from outside', async () => {
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/dist/../../package.json', '/dist/%2e%2e%2fpackage.json',
      '/..%2fwww-secret/key', '/%2e%2e%5cpackage.json', '/dist/..%00/package.json', '/package.json']) {
      const { status, body } = await rawGet(site.url, path);
      assert.ok(status === 404 || status === 400, `${path}: ${status}`);
      assert.doesNotMatch(body, /secret/, path);
    }
  });

  it('survives what is no address and no reading', async () => {
    assert.equal((await rawGet(site.url, '/%zz')).status, 400);
    assert.equal((await rawGet(site.url, '/', 'DELETE')).status, 405);
    const head = await rawGet(site.url, '/', 'HEAD');
    assert.deepEqual([head.status, head.body], [200, '']);
    assert.equal((await get('/')).status, 200);
  });
});
