/** What cameras send. Tiles are never wider: heads would be cut off. */
const WIDEST = 16 / 9;
/** Narrower than this nobody is recognised: from here on the grid scrolls. */
const NARROWEST = 132;

/**
 * The size of `count` tiles, and how many stand side by side, so that they fill `width` by `height` best.
 * `tallest` is the aspect they grow up to before they leave space unused, `fewest` how many columns there are at least.
 */
export function arrange(count, { width, height, gap, tallest, fewest }) {
  let best = { columns: 1, width: 0, height: 0 };
  for (let columns = fewest; columns <= Math.max(count, fewest); columns += 1) {
    const tile = fit(share(width, columns, gap), share(height, Math.ceil(count / columns), gap), tallest);
    if (tile.width >= NARROWEST && worth(tile) > worth(best)) best = { columns, ...tile };
  }
  if (best.width > 0) return best;
  const columns = Math.max(1, Math.floor((width + gap) / (NARROWEST + gap)));
  const tileWidth = share(width, columns, gap);
  return { columns, width: tileWidth, height: tileWidth / WIDEST };
}

/** The largest tile in so much space. */
function fit(width, height, tallest) {
  return { width: Math.min(width, height * WIDEST), height: Math.min(height, width / tallest) };
}

/** The area, and the height once more: faces are as large as their tile is high. */
function worth({ width, height }) {
  return width * height ** 2;
}

function share(length, parts, gap) {
  return (length - gap * (parts - 1)) / parts;
}

/** Keeps the tiles of a grid arranged; the returned function arranges them now. */
export function keepArranged(grid) {
  const apply = () => {
    const style = getComputedStyle(grid);
    const gap = Number.parseFloat(style.rowGap) || 0;
    // Room for the speaking ring, which is drawn around the tiles.
    const edge = 4;
    const { clientWidth, clientHeight } = grid;
    // Rounded down: of a row that is a fraction too wide the last tile goes to the next.
    const inside = Math.min(clientWidth, Math.floor(grid.getBoundingClientRect().width)) - 2 * edge;
    // The style sheet knows whether this is a phone, and whether somebody presents.
    const [tallest, fewest] = ['--tallest', '--fewest'].map((name) => Number(style.getPropertyValue(name)) || 1);
    const area = { width: inside, height: clientHeight - 2 * edge, gap, tallest, fewest };
    const tile = arrange(grid.childElementCount, area);
    const width = Math.floor(tile.width);
    // The rows end where the plan says, even where one tile more would fit beside the others.
    const padding = Math.floor((inside - tile.columns * width - (tile.columns - 1) * gap) / 2) + edge;
    grid.style.setProperty('--tile-width', `${width}px`);
    grid.style.setProperty('--tile-height', `${Math.floor(tile.height)}px`);
    grid.style.setProperty('--grid-padding', `${Math.max(padding, edge)}px`);
    grid.dataset.size = width < 200 ? 'small' : width < 420 ? 'medium' : 'large';
  };
  // The border box: the padding set here is no new size to arrange for.
  new ResizeObserver(apply).observe(grid, { box: 'border-box' });
  return apply;
}
