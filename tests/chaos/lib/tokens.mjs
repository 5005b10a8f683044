/** Tokens: signed ones, made here, and stored ones, kept by the server and changed over its admin API. */
import { createHmac, randomBytes } from 'node:crypto';

/**
 * A token a server with this `token_auth_secret` believes without having heard of it, good for so many seconds from
 * now; negative ones make a token that is past already. `plugins` are those it may be attached with.
 */
export function signToken({ secret, plugins, seconds, realm = 'janus' }) {
  const expiry = Math.floor(Date.now() / 1000) + seconds;
  const said = [expiry, realm, ...plugins].join(',');
  return `${said}:${createHmac('sha1', secret).update(said).digest('base64')}`;
}

async function command(janus, body) {
  const response = await fetch(janus.admin, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ transaction: randomBytes(8).toString('hex'), admin_secret: janus.adminSecret, ...body }),
  });
  const answer = await response.json();
  if (answer.janus !== 'success') throw new Error(`${body.janus}: ${JSON.stringify(answer)}`);
  return answer.data;
}

/** Lets a token in, for the given plugins; without any named, for all. */
export function addToken(janus, token, plugins) {
  return command(janus, { janus: 'add_token', token, plugins });
}

/** Lets a token that is in use more plugins. */
export function allow(janus, token, plugins) {
  return command(janus, { janus: 'allow_token', token, plugins });
}

/** Lets a token in no more: what was made with it stays, the next request is refused. */
export function removeToken(janus, token) {
  return command(janus, { janus: 'remove_token', token });
}
