/** What a client says of its own look: it is taken where it can be, and never breaks a screen. */
import { describe, expect, test } from '@jest/globals';
import { clientBrand } from '../../src/clients/client-brand.ts';

const brandOf = (brand: unknown) => clientBrand({ metadata: { brand } });

test('an accent and a line are taken', () => {
  expect(brandOf({ accent: '#4A3FD1', lead: ' Stamps for  your\nscoops. ' })).toEqual({
    accent: '#4a3fd1',
    lead: 'Stamps for your scoops.',
  });
  expect(brandOf({ accent: '#4a3fd1' })).toEqual({ accent: '#4a3fd1' });
  expect(brandOf({ lead: 'A line' })).toEqual({ lead: 'A line' });
});

describe('what is wrong is left out', () => {
  test.each([
    ['red'],
    ['#fff'],
    ['#4a3fd1ff'],
    ['4a3fd1'],
    [' #4a3fd1'],
    ['#4a3fd1}body{display:none'],
    [''],
    [7],
    [null],
    [['#4a3fd1']],
    [{ toString: '#4a3fd1' }],
  ])('the accent %j', (accent) => {
    expect(brandOf({ accent, lead: 'A line' })).toEqual({ lead: 'A line' });
  });

  test.each([[''], ['  '], ['\u200b\u202e'], [7], [null], [['A']], [{}], [true]])(
    'the line %j',
    (lead) => expect(brandOf({ accent: '#4a3fd1', lead })).toEqual({ accent: '#4a3fd1' }),
  );

  test.each([[undefined], [null], ['#4a3fd1'], [7], [[]], [{}], [{ other: 1 }], [true]])(
    'the brand %j',
    (brand) => expect(brandOf(brand)).toBeUndefined(),
  );

  test('and so is metadata that is not there', () => {
    expect(clientBrand({})).toBeUndefined();
    expect(clientBrand({ metadata: {} })).toBeUndefined();
  });
});

test('a line cannot hide, turn the reading direction, or fill the page', () => {
  expect(brandOf({ lead: 'Ab\u202ecd\u0000e' })).toEqual({ lead: 'Abcde' });
  const { lead } = brandOf({ lead: 'word '.repeat(1_000) })!;
  expect(Array.from(lead!).length).toBeLessThanOrEqual(120);
  expect(lead).toMatch(/^word word .+…$/);
  expect(brandOf({ lead: '🍦'.repeat(60) })).toEqual({ lead: '🍦'.repeat(60) });
  expect(brandOf({ lead: '🍦'.repeat(61) })).toEqual({ lead: `${'🍦'.repeat(59)}…` });
});
