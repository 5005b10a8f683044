/** A small web server for the page and the tests: files of `www/` at `/`, the built package at `/dist/`. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ts': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** The file an address names, or nothing if it would lie outside. */
function fileOf(root, path) {
  const [base, rest] = path.startsWith('/dist/') ? [join(root, 'dist'), path.slice(5)] : [join(root, 'www'), path];
  const file = normalize(join(base, rest.endsWith('/') ? `${rest}index.html` : rest));
  return file.startsWith(base + sep) ? file : undefined;
}

async function answer(root, config, request, response) {
  response.setHeader('cache-control', 'no-store');
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/config.json') {
    response.setHeader('content-type', TYPES['.json']);
    return response.end(JSON.stringify(config));
  }
  const file = fileOf(root, decodeURIComponent(pathname));
  const found = file && (await stat(file).catch(() => undefined));
  if (found?.isDirectory()) {
    return response.writeHead(301, { location: `${pathname}/` }).end();
  }
  if (!found?.isFile()) {
    return response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-length': found.size,
  });
  return createReadStream(file).pipe(response);
}

/** Serves on localhost; `port` 0 takes any. `config` is what the page finds at `/config.json`. */
export async function serve({ root, port, config }) {
  const server = createServer((request, response) => {
    answer(root, config, request, response).catch(() => response.writeHead(400).end());
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = `http://localhost:${server.address().port}`;
  return {
    url: `${address}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
