/** What a Janus of ours is told. */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { which } from './proc.mjs';

const PLUGINS = ['videoroom', 'echotest', 'textroom', 'streaming'];
const TRANSPORTS = ['http', 'websockets'];
/** Below the folder that has `bin/janus`: where Debian and others put the plugins. */
const LIBRARIES = ['lib/x86_64-linux-gnu', 'lib/aarch64-linux-gnu', 'lib/arm-linux-gnueabihf', 'lib64', 'lib'];

function library() {
  const program = which('janus');
  if (program === undefined) throw new Error('there is no janus; on Debian: sudo apt-get install janus');
  const prefix = dirname(dirname(realpathSync(program)));
  const candidates = LIBRARIES.map((folder) => join(prefix, folder, 'janus'));
  const found = candidates.find((folder) => existsSync(join(folder, 'plugins')));
  if (found === undefined) throw new Error(`${program} is there, but no plugins are in ${candidates.join(', ')}`);
  return found;
}

/** One setting as Janus's configuration language writes it. */
function setting([name, value]) {
  return `  ${name} = ${JSON.stringify(value)}\n`;
}

function section(name, settings) {
  return `${name}: {\n${Object.entries(settings).map(setting).join('')}}\n`;
}

/** Turns off whatever else is installed. */
function only(folder, wanted) {
  const others = readdirSync(folder).filter((file) => file.endsWith('.so'))
    .filter((file) => !wanted.includes(/^libjanus_(.+)\.so$/.exec(file)?.[1]));
  return { disable: others.join(',') };
}

const ROOM = {
  publishers: 20,
  bitrate: 0,
  fir_freq: 0,
  audiocodec: 'opus',
  videocodec: 'vp8',
  audiolevel_ext: true,
  audiolevel_event: true,
  audio_active_packets: 30,
  audio_level_average: 45,
  notify_joining: true,
  secret: 'adminpwd',
};

function rooms(stringIds, adminKey) {
  const room = (id, more) => section(`room-${id}`, { ...ROOM, ...more });
  return section('general', { string_ids: stringIds, ...(adminKey && { admin_key: adminKey }) })
    + room(1234, { description: 'Demo room' })
    + room(5678, { description: 'A room for one', publishers: 1 })
    + room(4321, { description: 'A room with a pin', pin: '4321' });
}

/**
 * The configuration files, by name. `rtp` is the first and the last media port, `general` and `nat` more of those
 * sections; who makes rooms has to know the `adminKey`, if there is one.
 */
export function configuration({ dir, ports, rtp, secret, stringIds, adminKey, general, nat }) {
  const folder = library();
  const plugins = join(folder, 'plugins');
  const transports = join(folder, 'transports');
  return {
    'janus.jcfg':
      section('general', {
        configs_folder: dir,
        plugins_folder: plugins,
        transports_folder: transports,
        events_folder: join(dir, 'none'),
        loggers_folder: join(dir, 'none'),
        debug_level: 4,
        debug_colors: false,
        admin_secret: secret,
        ...general,
      })
      + section('nat', { ice_enforce_list: 'lo,127.0.0.1', ...nat })
      + section('media', { rtp_port_range: rtp.join('-') })
      + section('plugins', only(plugins, PLUGINS))
      + section('transports', only(transports, TRANSPORTS))
      + section('events', { broadcast: false }),
    'janus.transport.http.jcfg':
      section('general', {
        json: 'compact', base_path: '/janus', http: true, port: ports.http, ip: '127.0.0.1', https: false,
      })
      + section('admin', {
        admin_base_path: '/admin', admin_http: true, admin_port: ports.admin, admin_ip: '127.0.0.1', admin_https: false,
      }),
    'janus.transport.websockets.jcfg':
      section('general', { json: 'compact', ws: true, ws_port: ports.ws, ws_ip: '127.0.0.1', wss: false })
      + section('admin', { admin_ws: false, admin_wss: false }),
    'janus.plugin.videoroom.jcfg': rooms(stringIds, adminKey),
    'janus.plugin.streaming.jcfg': section('general', {}),
    'janus.plugin.textroom.jcfg': section('general', {}),
    'janus.plugin.echotest.jcfg': section('general', {}),
  };
}
