/** A bank: a deep accent, a wordmark, hardly any corners. */
import { testsOfBrand } from './support/brand-tests.ts';
import { bank } from './support/brands.ts';
import { test } from './support/test.ts';

test.use({ brand: bank });
testsOfBrand(bank);
