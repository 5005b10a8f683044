/** What must not be in a report: decided here, without a browser, so that it can be tried with anything. */

/** Fields that hold secrets. The flight recorder left them out already; this is for what comes from elsewhere. */
const SECRET = /secret|token|passw|credential|crypto|admin_key|_pwd|authorization|^(new_?)?pin$|^allowed$/i;
/** Fields that hold what people call themselves, be it as those one receives from (`feed_`), or where they are. */
const PERSONAL = /^((feed_)?(display|metadata)|opaque_id|username|label|local-ip|public-ips?)$/;
const DESCRIPTION = /^(feed_)?description$/;
/** A candidate in SDP or by itself, from its address on. */
const CANDIDATE = /(candidate:\S+ \d+ \S+ \d+ )(\S+)( \d+ typ \w+)(?: raddr \S+ rport \d+)?/g;
const IN_SDP = /\bIN (IP[46]) \S+/g;
const PASSWORD = /(ice-pwd:|inline:)[^\s\\"|]+/g;
/** Our words about a stream, with the name it has for people. */
const DESCRIBED = /^(camera|microphone|screen|unknown)(?:: .*?)?( \(muted\))?$/s;

const HIDDEN = '[redacted]';
/** What is shorter is in other words by chance. */
const SHORTEST = 4;
const DEEPEST = 40;

/** What is known to be secret, and what is to be left as it is. */
export interface Scrubbing {
  secrets: readonly string[];
  /** Whether addresses stay. */
  addresses: boolean;
}

/** `192.0.2.1` as `[ipv4]`. */
export function addressKind(address: string): string {
  if (address.endsWith('.local')) return '[mdns]';
  return address.includes(':') ? '[ipv6]' : '[ipv4]';
}

export function scrubText(text: string, { secrets, addresses }: Scrubbing): string {
  let shown = text.replace(PASSWORD, `$1${HIDDEN}`);
  for (const secret of secrets) {
    if (secret.length >= SHORTEST) shown = shown.replaceAll(secret, HIDDEN);
  }
  if (addresses) return shown;
  const hide = (_: string, before: string, address: string, after: string): string => before + addressKind(address) + after;
  return shown.replace(CANDIDATE, hide).replace(IN_SDP, 'IN $1 [address]');
}

/** What a stream is, without its name; other people's words are names. */
function described(words: string): string {
  const [, source, muted = ''] = DESCRIBED.exec(words) ?? [];
  return source === undefined ? HIDDEN : source + muted;
}

/** A copy that is nothing but JSON: without secrets, names and addresses, without functions, and not too deep. */
export function scrub(value: unknown, scrubbing: Scrubbing, depth = 0): unknown {
  if (typeof value === 'string') return scrubText(value, scrubbing);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'object' || depth >= DEEPEST) return undefined;
  if (Array.isArray(value)) return value.map((entry) => scrub(entry, scrubbing, depth + 1) ?? null);
  const fields = Object.entries(value).flatMap(([name, field]) => {
    const hidden = SECRET.test(name) || (PERSONAL.test(name) && !(scrubbing.addresses && name.includes('-ip')));
    // Whether there is a secret at all is none.
    if (DESCRIPTION.test(name) && typeof field === 'string') return [[name, described(field)] as const];
    const shown = hidden && typeof field !== 'boolean' && field != null ? HIDDEN : scrub(field, scrubbing, depth + 1);
    return shown === undefined ? [] : [[scrubText(name, scrubbing), shown] as const];
  });
  return Object.fromEntries(fields);
}

/** An address of a server, without what may be secret in it. */
export function shownAddress(address: string): string {
  return address.replace(/[?#].*$/, '').replace(/^(\w+:\/\/)[^/@]*@/, '$1');
}

/** The secrets among the options of a room. */
export function secretsOf({ token, apiSecret, iceServers }: {
  token?: unknown;
  apiSecret?: unknown;
  iceServers?: readonly { username?: unknown; credential?: unknown }[] | undefined;
}): string[] {
  const all = [token, apiSecret, ...(iceServers ?? []).flatMap((server) => [server?.username, server?.credential])];
  return all.filter((secret) => typeof secret === 'string');
}
