import type { Devices } from './media/devices.js';

/**
 * The cameras, microphones and speakers of this machine: listed without a prompt, watched, chosen and tested.
 *
 * @example
 * const devices = await openDevices();
 * devices.on('devicesChanged', ({ devices }) => show(devices));
 * show(await devices.list('camera'));
 */
export async function openDevices(): Promise<Devices> {
  const { Devices } = await import('./media/index.js');
  return new Devices();
}
