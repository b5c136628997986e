/** How apps and people look, whatever their makers call them. */
import { describe, expect, test } from '@jest/globals';
import { appView, returnHostOf, webAddress } from '../../src/clients/app-view.ts';
import { personView } from '../../src/screens/person-view.ts';

describe('an app', () => {
  const client = { client_id: 'notes' };

  test('has the name of its client, cut when it is long, or its id', () => {
    expect(appView({ ...client, client_name: '  Notes ' })).toMatchObject({ name: 'Notes' });
    expect(appView({ ...client, client_name: ' ' })).toMatchObject({ name: 'notes', initial: 'N' });
    const { name } = appView({ ...client, client_name: '🦊'.repeat(80) });
    expect(name).toBe(`${'🦊'.repeat(29)}…`);
    expect(appView({ client_id: '…' }).initial).toBe('?');
  });

  test('has a colour of its own that stays', () => {
    const hues = Array.from({ length: 50 }, (_, n) => appView({ client_id: `app-${n}` }).hue);
    expect(new Set(hues)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    expect(appView(client).hue).toBe(appView({ ...client, client_name: 'Other' }).hue);
  });

  test('links to its site, or to the site that it gets its answers at', () => {
    const redirect_uris = ['https://app.example.org/callback?a=1'];
    const client_uri = 'https://example.org/about';
    expect(appView({ ...client, client_uri, redirect_uris }).href).toBe(client_uri);
    expect(appView({ ...client, redirect_uris }).href).toBe('https://app.example.org/');
    expect(appView({ ...client, redirect_uris: ['myapp:/callback'] })).not.toHaveProperty('href');
    expect(appView({ ...client, redirect_uris: null })).not.toHaveProperty('href');
  });

  test.each([
    'http://127.0.0.1:8080/cb',
    'http://[::1]/cb',
    'http://localhost/cb',
    'http://localhost./cb',
    'http://[::ffff:127.0.0.1]:1/cb',
    'http://127.9.9.9/',
  ])('on the person’s own machine has no site: %s', (address) => {
    expect(appView({ ...client, redirect_uris: [address] })).not.toHaveProperty('href');
    const redirect_uris = [address, 'https://app.example.org/cb'];
    expect(appView({ ...client, redirect_uris }).href).toBe('https://app.example.org/');
  });

  test('has no link that seems to lead elsewhere, or that holds more than an address', () => {
    expect(webAddress('https://bank.example@evil.example/')).toBeUndefined();
    expect(webAddress('https://a.example/\u202Efdp.exe')).toBe(
      'https://a.example/%E2%80%AEfdp.exe',
    );
    expect(webAddress('https://bänk.example/')).toBe('https://xn--bnk-qla.example/');
    // On our pages, a browser takes these for paths of ours.
    expect(webAddress('https:logout')).toBe('https://logout/');
    expect(webAddress('HTTP:/logout?x')).toBe('http://logout/?x');
  });

  test('that has no visible name is shown by its id', () => {
    for (const client_name of ['\u3164', '\u200B\u2060 \u2800', '\u202E', '\u0301\u0301']) {
      expect(appView({ ...client, client_name })).toMatchObject({ name: 'notes', initial: 'N' });
    }
    expect(appView({ client_id: '\u3164' }).name).toBe('U+3164');
    // Nobody looks further for it: that would take long at each page.
    const client_name = `${'\u200B'.repeat(100_000)}Bank`;
    expect(appView({ ...client, client_name }).name).toBe('notes');
    expect(appView({ client_id: `${'\u200B'.repeat(100_000)}x` }).name).toMatch(/^U\+200B .*…$/);
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    '//example.org',
    'https://',
    '',
    undefined,
  ])('has no link to %s', (address) => expect(webAddress(address)).toBeUndefined());

  test('has no link of more than 2,000 characters', () => {
    const longest = `https://example.org/${'x'.repeat(1_980)}`;
    expect(webAddress(longest)).toBe(longest);
    expect(webAddress(`${longest}x`)).toBeUndefined();
  });

  test('sends people back to a host, or to the scheme of its own links', () => {
    const requestUrl = (uri: string): string =>
      `https://auth.example.org/oauth2/auth?client_id=a&redirect_uri=${encodeURIComponent(uri)}&x=1`;
    expect(returnHostOf(requestUrl('https://a.example.org:8443/x'), client)).toBe(
      'a.example.org:8443',
    );
    expect(returnHostOf(requestUrl('myapp:/callback'), client)).toBe('myapp:');
    // Any app on a phone may claim a host in a scheme of its own.
    expect(returnHostOf(requestUrl('myapp://bank.example/back'), client)).toBe('myapp:');
    expect(returnHostOf(requestUrl('https://bank.example@a.example/'), client)).toBe('a.example');
    expect(returnHostOf(requestUrl('no address'), client)).toBeUndefined();
    const only = { ...client, redirect_uris: ['https://b.example.org/x'] };
    expect(returnHostOf('https://auth.example.org/oauth2/auth?client_id=a', only)).toBe(
      'b.example.org',
    );
    const two = { ...client, redirect_uris: ['https://b.example.org/x', 'https://c.example.org/'] };
    expect(returnHostOf('https://auth.example.org/oauth2/auth?client_id=a', two)).toBeUndefined();
    const signed = `${requestUrl('https://a.example.org/')}&request=ey.x`;
    expect(returnHostOf(signed, only)).toBeUndefined();
  });
});

test('a person has a name, or the email address stands for it', () => {
  const subject = 'p-1';
  expect(personView({ subject, name: ' Ann Lee ', email: 'a@example.org' })).toEqual({
    name: 'Ann Lee',
    email: 'a@example.org',
    initial: 'A',
  });
  expect(personView({ subject, name: ' ', email: 'b@example.org' })).toEqual({
    email: 'b@example.org',
    initial: 'B',
  });
});

test('a person of another site that tells no email address goes by the username, or the subject', () => {
  expect(personView({ subject: 'p-1', username: 'ann' })).toEqual({ email: 'ann', initial: 'A' });
  expect(personView({ subject: 'p-1' })).toEqual({ email: 'p-1', initial: 'P' });
});
