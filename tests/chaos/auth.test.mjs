// A Janus told to ask for credentials refuses without them and takes them, over both transports.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sessions } from '../page/lib/janus-admin.mjs';
import { TestJanus } from '../page/lib/stage.mjs';
import { until } from '../page/lib/wait.mjs';
import { httpClient, webSocketClient } from './lib/plain-client.mjs';
import { addToken, allow, removeToken, signToken } from './lib/tokens.mjs';

const ECHO = 'janus.plugin.echotest';
const ROOMS = 'janus.plugin.videoroom';
const REFUSED = 403;
const NOT_FOR_THIS_PLUGIN = 405;
const NO_SESSION = 458;

/** Tests of a Janus with these settings: `define` is called once for each transport. */
function withJanus(what, settings, define) {
  describe(what, () => {
    const stage = {};

    before(async () => {
      stage.janus = await TestJanus.start({ settings });
    });

    after(() => stage.janus?.remove());

    for (const transport of ['ws', 'http']) {
      describe(`over ${transport}`, () => {
        before(async () => {
          const { janus } = stage;
          stage.client = transport === 'ws' ? await webSocketClient(janus.ws) : httpClient(janus.http);
        });

        after(() => stage.client?.close());

        define(stage);
      });
    }
  });
}

async function accepted(client, body) {
  const answer = await client.ask(body);
  // What a plugin says may overtake the acknowledgement.
  assert.match(answer.janus, /^(success|ack|event)$/, JSON.stringify(answer));
  return answer.data?.id;
}

async function refused(client, body, code = REFUSED) {
  const answer = await client.ask(body);
  assert.equal(answer.error?.code, code, JSON.stringify(answer));
}

/** A session, a handle and a message with the credentials, and each refused with every one of the others. */
async function needs(client, credentials, others) {
  const steps = [];
  const go = async (body) => {
    for (const wrong of others) await refused(client, { ...body, ...wrong });
    steps.push(body.janus);
    return accepted(client, { ...body, ...credentials });
  };
  const session = await go({ janus: 'create' });
  const handle = await go({ janus: 'attach', session_id: session, plugin: ECHO });
  await go({ janus: 'message', session_id: session, handle_id: handle, body: { audio: true } });
  await go({ janus: 'keepalive', session_id: session });
  await go({ janus: 'destroy', session_id: session });
}

withJanus('an API secret', { api_secret: 'open sesame' }, (stage) => {
  it('is asked for by every request', async () => {
    await needs(stage.client, { apisecret: 'open sesame' }, [{}, { apisecret: 'open barley' }, { token: 'open sesame' }]);
  });
});

withJanus('stored tokens', { token_auth: true }, (stage) => {
  it('are asked for by every request', async () => {
    await addToken(stage.janus, 'one');
    await needs(stage.client, { token: 'one' }, [{}, { token: 'another' }]);
    await removeToken(stage.janus, 'one');
  });

  it('hold for the plugins they were given, and for more when those are allowed', async () => {
    await addToken(stage.janus, 'some', [ECHO]);
    const session = await accepted(stage.client, { janus: 'create', token: 'some' });
    const attach = { janus: 'attach', session_id: session, token: 'some' };
    await accepted(stage.client, { ...attach, plugin: ECHO });
    await refused(stage.client, { ...attach, plugin: ROOMS }, NOT_FOR_THIS_PLUGIN);
    await allow(stage.janus, 'some', [ROOMS]);
    await accepted(stage.client, { ...attach, plugin: ROOMS });
    await removeToken(stage.janus, 'some');
  });

  it('are refused from the next request on when they are removed, and the session can go on with another', async () => {
    await addToken(stage.janus, 'old');
    const session = await accepted(stage.client, { janus: 'create', token: 'old' });
    const keepalive = { janus: 'keepalive', session_id: session };
    await accepted(stage.client, { ...keepalive, token: 'old' });
    await removeToken(stage.janus, 'old');
    await refused(stage.client, { ...keepalive, token: 'old' });
    await addToken(stage.janus, 'new');
    await accepted(stage.client, { ...keepalive, token: 'new' });
    await removeToken(stage.janus, 'new');
  });
});

withJanus('signed tokens', { token_auth: true, token_auth_secret: 'ink' }, (stage) => {
  const sign = (more) => ({ token: signToken({ secret: 'ink', plugins: [ECHO], seconds: 60, ...more }) });

  it('are asked for by every request, signed by the right one, for the right realm, and not past', async () => {
    const wrong = [{}, sign({ secret: 'water' }), sign({ realm: 'elsewhere' }), sign({ seconds: -2 })];
    await needs(stage.client, sign(), wrong);
  });

  it('hold for the plugins they name', async () => {
    const session = await accepted(stage.client, { janus: 'create', ...sign() });
    await refused(stage.client, { janus: 'attach', session_id: session, plugin: ROOMS, ...sign() }, NOT_FOR_THIS_PLUGIN);
  });

  it('are refused from their end on, and the session can go on with another', async () => {
    const short = sign({ seconds: 1 });
    const session = await accepted(stage.client, { janus: 'create', ...short });
    const keepalive = { janus: 'keepalive', session_id: session };
    await until('the token to be past', async () => {
      const { error } = await stage.client.ask({ ...keepalive, ...short });
      return error?.code === REFUSED;
    }, { timeout: 5000 });
    await accepted(stage.client, { ...keepalive, ...sign() });
  });
});

withJanus('an API secret and stored tokens', { api_secret: 'open sesame', token_auth: true }, (stage) => {
  it('either of the two is enough', async () => {
    await addToken(stage.janus, 'one');
    await needs(stage.client, { apisecret: 'open sesame' }, [{}, { token: 'another' }]);
    await needs(stage.client, { apisecret: 'open barley', token: 'one' }, [{}, { apisecret: 'open barley' }]);
    await removeToken(stage.janus, 'one');
  });

  it('a wrong token stands in the way of attaching, whatever the secret', async () => {
    const both = { apisecret: 'open sesame', token: 'another' };
    const session = await accepted(stage.client, { janus: 'create', ...both });
    const attach = { janus: 'attach', session_id: session, plugin: ECHO };
    await refused(stage.client, { ...attach, ...both }, NOT_FOR_THIS_PLUGIN);
    await accepted(stage.client, { ...attach, apisecret: 'open sesame' });
  });
});

withJanus('a session timeout', { session_timeout: 2 }, (stage) => {
  it('ends a session nobody asks for', async () => {
    const session = await accepted(stage.client, { janus: 'create' });
    // Asking for the session itself would keep it.
    const isOver = async () => !(await sessions(stage.janus)).includes(session);
    await until('the session to be over', isOver, { timeout: 10_000 });
    await refused(stage.client, { janus: 'keepalive', session_id: session }, NO_SESSION);
  });
});
