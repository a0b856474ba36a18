import { startProduct } from './src/product/product.start.ts';
import { startDemo } from './src/story/demo.start.ts';

if (process.argv[2] === 'product') await startProduct();
else await startDemo(process.argv.slice(2));
