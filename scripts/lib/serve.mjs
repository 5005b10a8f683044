/** A small web server for the page and the tests: files of `www/` at `/`, the built package at `/dist/`. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

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
function fileOf(root, folders, path) {
  const all = { '/dist/': join(root, 'dist'), ...folders };
  const prefix = Object.keys(all).find((prefix) => path.startsWith(prefix));
  const [base, rest] = prefix ? [all[prefix], path.slice(prefix.length - 1)] : [join(root, 'www'), path];
  const file = normalize(join(base, rest.endsWith('/') ? `${rest}index.html` : rest));
  return file.startsWith(base + sep) ? file : undefined;
}

function plain(response, status, text) {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

async function answer({ root, config, folders }, request, response) {
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  if (!['GET', 'HEAD'].includes(request.method)) return plain(response, 405, 'only GET and HEAD');
  const { pathname, search } = new URL(request.url, 'http://localhost');
  if (pathname === '/config.json') {
    response.setHeader('content-type', TYPES['.json']);
    return response.end(JSON.stringify(config));
  }
  const file = fileOf(root, folders, decodeURIComponent(pathname));
  const found = file && (await stat(file).catch(() => undefined));
  if (found?.isDirectory()) return response.writeHead(301, { location: `${pathname}/${search}` }).end();
  if (!found?.isFile()) return plain(response, 404, 'not found');
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-length': found.size,
  });
  if (request.method === 'HEAD') return response.end();
  return pipeline(createReadStream(file), response);
}

/**
 * Serves on localhost; `port` 0 takes any. `config` is what the page finds at `/config.json`, `folders` are more of
 * them by the beginning of their addresses.
 */
export async function serve({ root, port, config, folders = {} }) {
  const server = createServer((request, response) => {
    answer({ root, config, folders }, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else plain(response, 400, 'bad request');
    });
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://localhost:${server.address().port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
