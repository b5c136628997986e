import { html, type Html } from './html.ts';

type Claims = Record<string, unknown>;

/** Something that the app knows, in plain words. */
interface Fact {
  label: string;
  value: string;
  /** Where it knows it from. */
  claims: string[];
}

/** Claims that are one text, by their labels; `undefined` stands where the others come in. */
const texts: [claim: string, label: string][] = [
  ['nickname', 'Called'],
  ['preferred_username', 'Username'],
  ['gender', 'Gender'],
];
const links: [claim: string, label: string][] = [
  ['profile', 'Page about you'],
  ['picture', 'Picture'],
  ['website', 'Website'],
];

/** What is said in other rows, or concerns the token and not the person. */
const others =
  'iss aud iat nbf rat nonce acr azp at_hash c_hash sid jti sub exp auth_time amr name given_name middle_name ' +
  'family_name birthdate locale zoneinfo updated_at email email_verified phone_number ' +
  'phone_number_verified address';
const said = new Set([...others.split(' '), ...[...texts, ...links].map(([claim]) => claim)]);

/** What this app knows of a person: label, value, and the name of the claim. */
export function factsView(claims: Claims): Html {
  return html`<dl class="rows facts">
    ${factsOf(claims).map(
      ({ label, value, claims: names }) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${value}</dd>
          <dd><code>${names.join(', ')}</code></dd>
        </div>`,
    )}
  </dl>`;
}

function factsOf(claims: Claims): Fact[] {
  return [
    ...namesOf(claims),
    ...textsOf(claims, texts),
    ...factOf('Born', ['birthdate'], birthdateOf(claims['birthdate'])),
    ...placeOf(claims),
    ...textsOf(claims, links),
    ...factOf('Changed', ['updated_at'], timeOf(claims['updated_at'])),
    ...confirmable('Email address', 'email', claims['email'], claims['email_verified']),
    ...confirmable(
      'Phone number',
      'phone_number',
      claims['phone_number'],
      claims['phone_number_verified'],
    ),
    ...factOf('Postal address', ['address'], addressOf(claims['address'])),
    ...textsOf(
      claims,
      Object.keys(claims)
        .filter((name) => !said.has(name))
        .map((name) => [name, name]),
    ),
    ...factOf('You, to this app', ['sub'], shortened(claims['sub'])),
    ...signedInOf(claims),
    ...factOf('Good until', ['exp'], timeOf(claims['exp'])),
  ];
}

function factOf(label: string, claims: string[], value: string | undefined): Fact[] {
  return value === undefined ? [] : [{ label, value, claims }];
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function textsOf(claims: Claims, rows: [claim: string, label: string][]): Fact[] {
  return rows.flatMap(([name, label]) => factOf(label, [name], textOf(claims[name])));
}

/** Parts of a name are said where the whole name lacks them. */
function namesOf(claims: Claims): Fact[] {
  const whole = textOf(claims['name']);
  const parts = ['given_name', 'middle_name', 'family_name'].filter((name) => {
    const part = textOf(claims[name]);
    return part !== undefined && !whole?.includes(part);
  });
  const labels = {
    given_name: 'Given name',
    middle_name: 'Middle name',
    family_name: 'Family name',
  };
  return [
    ...factOf('Name', ['name'], whole),
    ...textsOf(
      claims,
      parts.map((name) => [name, labels[name as keyof typeof labels]]),
    ),
  ];
}

/** `1815-12-10`, `0000-12-10` for a day without a year, or `1815` (OpenID Connect Core 5.1). */
function birthdateOf(value: unknown): string | undefined {
  const [, year = '', month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(String(value)) ?? [];
  if (month === undefined) return textOf(value);
  const parts = { day: 'numeric', month: 'long' } as const;
  const form = year === '0000' ? parts : ({ ...parts, year: 'numeric' } as const);
  const date = new Date(`${year === '0000' ? '2000' : year}-${month}-${day}`);
  if (Number.isNaN(date.getTime())) return textOf(value);
  return date.toLocaleDateString('en-GB', { ...form, timeZone: 'UTC' });
}

function placeOf({ locale, zoneinfo }: Claims): Fact[] {
  const language = languageOf(locale);
  const zone = textOf(zoneinfo);
  const label = language && zone ? 'Language, place' : language ? 'Language' : 'Place';
  const claims = [...(language ? ['locale'] : []), ...(zone ? ['zoneinfo'] : [])];
  return factOf(label, claims, [language, zone].filter(Boolean).join(', ') || undefined);
}

function languageOf(tag: unknown): string | undefined {
  const text = textOf(tag);
  if (text === undefined) return undefined;
  try {
    return new Intl.DisplayNames('en', { type: 'language' }).of(text);
  } catch {
    return text; // no tag of a language
  }
}

function confirmable(label: string, name: string, value: unknown, isVerified: unknown): Fact[] {
  const text = textOf(value);
  if (text === undefined) return [];
  const state =
    isVerified === undefined ? '' : isVerified === true ? ', confirmed' : ', not confirmed';
  return factOf(label, [name], text + state);
}

function addressOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return textOf(value);
  const { formatted, ...parts } = value as Claims;
  if (typeof formatted === 'string') return formatted.split(/\s*\n\s*/).join(', ');
  return Object.values(parts).map(textOf).filter(Boolean).join(', ') || undefined;
}

/** Its beginning and its end are enough to tell people apart. */
function shortened(value: unknown): string | undefined {
  const text = textOf(value);
  return text !== undefined && text.length > 16 ? `${text.slice(0, 8)}…${text.slice(-4)}` : text;
}

function signedInOf(claims: Claims): Fact[] {
  const time = timeOf(claims['auth_time']);
  const methods = Array.isArray(claims['amr']) ? claims['amr'].map(String) : [];
  const how = methods.map((method) => (method === 'pwd' ? 'with a password' : `by ${method}`));
  const names = ['auth_time', ...(how.length > 0 ? ['amr'] : [])];
  return factOf('Signed in', names, time && [`at ${time}`, ...how].join(', '));
}

/** In the time zone of this machine, with the date unless it is today. */
function timeOf(value: unknown): string | undefined {
  if (typeof value !== 'number') return textOf(value);
  const date = new Date(value * 1000);
  const time = date.toLocaleTimeString('en-GB');
  if (date.toDateString() === new Date().toDateString()) return time;
  return `${time} on ${date.toLocaleDateString('en-GB', { dateStyle: 'long' })}`;
}
