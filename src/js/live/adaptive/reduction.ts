/** What of our own streams is left out while this machine cannot keep up. Pure: nothing of the browser is in here. */

/** How one of our pictures is sent. @internal */
export interface Sent {
  /** Screens stay sharp. */
  readonly isScreen: boolean;
  /** Its simulcast layers. */
  readonly layers: number;
}

/** What is left out of it. @internal */
export interface Reduction {
  /** How many of its best layers. */
  readonly layers: number;
  /** The most pictures per second. */
  readonly frameRate: number | undefined;
}

/** Pictures per second that still look like moving, and that still show what is typed. */
const CAMERA_RATE = 15;
const SCREEN_RATE = 5;

/** How many steps there are. @internal */
export function stepsOf(all: readonly Sent[]): number {
  return all.reduce((sum, { isScreen, layers }) => sum + (isScreen ? 1 : layers), 0);
}

/** The first so many steps: the best layers of cameras, their pictures per second, and at last those of screens. @internal */
export function reduce(all: readonly Sent[], steps: number): Reduction[] {
  const off = all.map(() => 0);
  const rates = all.map((): number | undefined => undefined);
  let left = steps;
  const take = (): boolean => (left -= 1) >= 0;
  const cameras = [...all.entries()].filter(([, { isScreen }]) => !isScreen);
  const most = Math.max(0, ...cameras.map(([, { layers }]) => layers - 1));
  for (let round = 1; round <= most; round += 1) {
    for (const [at, { layers }] of cameras) if (round < layers && take()) off[at] = round;
  }
  for (const [at] of cameras) if (take()) rates[at] = CAMERA_RATE;
  for (const [at, { isScreen }] of all.entries()) if (isScreen && take()) rates[at] = SCREEN_RATE;
  return all.map((_, at) => ({ layers: off[at] ?? 0, frameRate: rates[at] }));
}

/** What the page asked for. @internal */
export interface Asked {
  readonly layers?: readonly boolean[] | undefined;
  readonly maxFrameRate?: number | undefined;
}

/** What that comes to when this is left out. At least one layer is sent. @internal */
export function reduced(asked: Asked, { layers: off, frameRate }: Reduction, count: number): Asked {
  const { layers, maxFrameRate } = asked;
  const all = Array.from({ length: count }, (_, at) => layers?.[at] ?? true);
  const rest = all.map((sent, at) => sent && at >= off);
  return {
    layers: off > 0 && rest.includes(true) ? rest : layers,
    maxFrameRate: frameRate === undefined ? maxFrameRate : Math.min(frameRate, maxFrameRate ?? frameRate),
  };
}
