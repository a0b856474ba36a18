import { startProduct } from './src/product/product.start.ts';
import { startDemo } from './src/story/demo.start.ts';

try {
  if (process.argv[2] === 'product') await startProduct();
  else await startDemo(process.argv.slice(2));
} catch (error) {
  // One line that says what to correct, without the stack of whoever noticed.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
