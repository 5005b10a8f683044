/** What people say to each other beside media, as a module of node: of the browser it knows what node has as well. */
import { moduleOfAll } from '../../page/lib/module.mjs';

const PARTS = ['attributes', 'chat', 'envelope', 'files', 'incoming-file', 'metadata', 'queue', 'requests', 'settling'];
export const exchange = await moduleOfAll('exchange', PARTS, { define: { VERSION: '"test"' } });
