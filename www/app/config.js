/** Thrown if nobody told the page where its server is. */
export class ConfigError extends Error {
  code = 'no-server';
}

/**
 * Which servers and which room to use: the address of the page first, then `/config.json`,
 * `{ "servers": ["wss://…"], "room": 1234 }`.
 */
export async function loadConfig(params) {
  if (params.servers.length > 0) {
    return { servers: params.servers, room: params.room };
  }
  const { servers, room } = await fetchConfig();
  if (!Array.isArray(servers) || servers.length === 0) {
    throw new ConfigError('config.json names no servers');
  }
  return { servers, room: params.room || String(room ?? '') };
}

async function fetchConfig() {
  try {
    const response = await fetch('/config.json');
    if (!response.ok) throw new Error(`config.json: status ${response.status}`);
    return await response.json();
  } catch (error) {
    throw new ConfigError(error.message, { cause: error });
  }
}
