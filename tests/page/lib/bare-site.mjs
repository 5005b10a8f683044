/** A page on which nothing is, beside the built package, with the headers a test asks for. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';
import { ROOT } from './stage.mjs';

const PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Bare</title><link rel="icon" href="data:,">';
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', wasm: 'application/wasm' };

async function answer(headers, pathname, response) {
  // Navigating there ends nothing: the page is asked whether it may be left, and stays.
  if (pathname === '/nothing') return response.writeHead(204).end();
  const isPackage = pathname.startsWith('/dist/');
  const name = isPackage ? normalize(pathname) : 'index.html';
  const content = isPackage ? await readFile(join(ROOT, name)) : PAGE;
  // No `no-store`: it would keep the page out of the back-forward cache.
  response.writeHead(200, { ...headers, 'content-type': TYPES[name.split('.').pop()], 'cache-control': 'no-cache' });
  return response.end(content);
}

/** Serves the package at `/dist/`, an answer without content at `/nothing`, and the same page everywhere else. */
export async function serveBare({ headers = {} } = {}) {
  const server = createServer((request, response) => {
    answer(headers, new URL(request.url, 'http://localhost').pathname, response).catch(() => {
      response.writeHead(404).end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${server.address().port}/`,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
