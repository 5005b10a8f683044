/** Where a page gets its tokens: a server that says what `give` returns, and counts how often it was asked. */
import { createServer } from 'node:http';

/** `give` may be replaced at any time. What it throws is an answer of 500. */
export async function openDesk(give) {
  const desk = { give, asked: 0 };
  const server = createServer((request, response) => {
    desk.asked += 1;
    const headers = { 'access-control-allow-origin': '*', 'content-type': 'text/plain' };
    try {
      const token = desk.give();
      response.writeHead(200, headers).end(token);
    } catch {
      response.writeHead(500, headers).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  desk.url = `http://127.0.0.1:${server.address().port}/`;
  desk.close = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return desk;
}
