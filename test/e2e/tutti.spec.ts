/** A maker of ice cream: an accent that is too light for words on white, and round corners. */
import { testsOfBrand } from './support/brand-tests.ts';
import { tutti } from './support/brands.ts';
import { test } from './support/test.ts';

test.use({ brand: tutti });
testsOfBrand(tutti);
