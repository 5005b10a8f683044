/** What can be seen of one element that plays a video. */
import type { View } from './demand.js';

/** What is seen: nothing, and whether the whole page is hidden; so much; or nobody knows yet. @internal */
export type Sight = { readonly view: View } | { readonly isPageHidden: boolean } | undefined;

/** More pixels than that nobody sees on a small screen. */
const MOST_DENSITY = 2;
/** For what has no size before it has a picture. */
const DOT: View = { width: 1, height: 1, fills: false };

type Globals = Window & typeof globalThis;

/** Watches one element, wherever in whichever document it goes, and calls `changed` when anything may be different. @internal */
export class ElementWatch {
  readonly #element: HTMLVideoElement;
  readonly #changed: () => void;
  readonly #ending = new AbortController();
  #window: Globals | undefined;
  #isConnected = false;
  #observers: { disconnect(): void }[] = [];
  #leave = new AbortController();
  /** Whether any of it is within what is shown; not known before the browser said so. */
  #isShown: boolean | undefined;
  #floating: PictureInPictureWindow | true | undefined;

  constructor(element: HTMLVideoElement, changed: () => void) {
    this.#element = element;
    this.#changed = changed;
    const { signal } = this.#ending;
    if (element.ownerDocument.pictureInPictureElement === element) this.#floating = true;
    element.addEventListener('enterpictureinpicture', (event) => {
      const { pictureInPictureWindow: floating } = event as PictureInPictureEvent;
      this.#floating = floating;
      floating.addEventListener('resize', changed, { signal });
      changed();
    }, { signal });
    element.addEventListener('leavepictureinpicture', () => {
      this.#floating = undefined;
      changed();
    }, { signal });
    // What the picture's size is, and with it which layer is which.
    element.addEventListener('resize', changed, { signal });
    this.#enter();
  }

  /** What is seen of it now. */
  get sight(): Sight {
    const element = this.#element;
    if (this.#hasMoved()) this.#enter();
    if (this.#floating) return { view: this.#floatingView(this.#floating) };
    if (!element.isConnected) return { isPageHidden: false };
    if (element.ownerDocument.visibilityState === 'hidden') return { isPageHidden: true };
    if (this.#isShown === undefined) return undefined;
    if (!this.#isShown) return { isPageHidden: false };
    const { width, height } = element.getBoundingClientRect();
    if (width * height === 0) return element.videoWidth === 0 ? { view: DOT } : { isPageHidden: false };
    return { view: this.#pixels(width, height) };
  }

  stop(): void {
    this.#ending.abort();
    this.#exit();
  }

  #hasMoved(): boolean {
    const { ownerDocument, isConnected } = this.#element;
    return this.#window !== ownerDocument.defaultView || (isConnected && !this.#isConnected);
  }

  /** Observers of one window see nothing in another. */
  #enter(): void {
    this.#exit();
    const element = this.#element;
    const view = element.ownerDocument.defaultView as Globals | null;
    this.#window = view ?? undefined;
    this.#isConnected = element.isConnected;
    this.#isShown = undefined;
    if (!view) return;
    const { signal } = (this.#leave = new AbortController());
    const intersections = new view.IntersectionObserver((entries) => {
      this.#isShown = entries.at(-1)?.isIntersecting ?? false;
      this.#changed();
    });
    intersections.observe(element);
    const sizes = new view.ResizeObserver(() => this.#changed());
    sizes.observe(element);
    this.#observers = [intersections, sizes];
    element.ownerDocument.addEventListener('visibilitychange', this.#changed, { signal });
    // Another screen, or zoom: the pixels are others, and the sizes may be the same.
    view.addEventListener('resize', this.#changed, { signal });
  }

  #exit(): void {
    for (const observer of this.#observers) observer.disconnect();
    this.#observers = [];
    this.#leave.abort();
  }

  #floatingView(floating: PictureInPictureWindow | true): View {
    const { videoWidth, videoHeight } = this.#element;
    // One whose size nobody told is taken at the size of its picture.
    if (floating === true) return videoWidth ? { width: videoWidth, height: videoHeight, fills: false } : DOT;
    return floating.width ? this.#pixels(floating.width, floating.height) : DOT;
  }

  #pixels(width: number, height: number): View {
    const view = this.#window;
    const density = Math.min(view?.devicePixelRatio ?? 1, MOST_DENSITY);
    const fit = view?.getComputedStyle(this.#element).objectFit;
    return { width: width * density, height: height * density, fills: fit === 'cover' || fit === 'fill' };
  }
}
