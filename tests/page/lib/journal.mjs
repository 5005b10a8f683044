/**
 * A page with one connection and a journal: what was told, what was sent, and how every promise ended.
 *
 * `installJournal` is sent to the browser as text: it may use nothing from this module.
 */
export function installJournal() {
  const ECHO = 'janus.plugin.echotest';

  const story = [];
  const ends = {};
  /** The verbs that were sent, in order. */
  const said = [];
  const journal = { story, ends, said };

  const factsOf = (error) => error && {
    code: error.code, status: error.status, mayHaveExecuted: error.mayHaveExecuted, text: error.message,
  };
  const tell = (what, { error, ...more } = {}) => {
    story.push({ what, at: performance.now(), ...more, ...(error && { error: factsOf(error) }) });
  };

  function logger({ kind, text }) {
    if (kind === 'sent') said.push(JSON.parse(text).janus);
  }

  async function connect(servers, options = {}) {
    const { Janus } = await import('/dist/index.js');
    const janus = await Janus.connect(servers, { logger, logLevel: 'debug', ...options });
    janus.on('stateChanged', ({ state, error }) => tell(state, { error }));
    const session = await janus.createSession();
    for (const event of ['resumed', 'lost', 'renewed']) session.on(event, (detail) => tell(event, detail));
    const handle = await session.attach(ECHO);
    handle.on('detached', () => tell('detached'));
    Object.assign(journal, { janus, session, handle });
    return session.id;
  }

  /** Begins something and notes how it ends. */
  function begin(name, promise) {
    ends[name] = 'pending';
    promise.then(() => {
      ends[name] = 'done';
    }, (error) => {
      ends[name] = factsOf(error);
    });
  }

  async function echo(handle = journal.handle) {
    return (await handle.send({ audio: true })).data.result;
  }

  /** Asks on a handle made now. */
  async function echoAnew() {
    return echo(await journal.session.attach(ECHO));
  }

  globalThis.__journal = Object.assign(journal, { connect, begin, echo, echoAnew });
}
