/** The taste of our words, as far as a machine can hold it: a rule of look and manners each. */
import { describe, expect, test } from '@jest/globals';
import { en, keys, locales, type Tag } from './our-words.ts';

interface Manners {
  /** Begging and flattering, and words of machines. */
  unwanted: RegExp;
  /** Marks that are not those of the language. */
  foreignMarks: RegExp;
  /** Another way to address people than the chosen one. */
  otherAddress: RegExp;
  /** Other words for an app, an account, an email address, for signing in and out. */
  otherWords: RegExp;
  /** The same in English by chance. */
  sameAsEnglish: string[];
}

/** Whole words; `\b` knows those of English only. */
const word = (alternatives: string) =>
  new RegExp(String.raw`(?<!\p{L})(${alternatives})(?!\p{L})`, 'iu');

const manners: Record<Tag, Manners> = {
  en: {
    unwanted: word('please|oops|successful(ly)?|sorry|invalid|and the like'),
    foreignMarks: /['"„«»‚‹›]|\.\.\./,
    otherAddress: word('thou|the user'),
    otherWords: word(
      'e-mail|mail|email(?! address)|log ?in|log ?out|log ?on|sign-on|application|profile page',
    ),
    sameAsEnglish: keys,
  },
  de: {
    unwanted: word('bitte|hoppla|erfolgreich(e[rns]?)?|leider|ungültig(e[rns]?)?'),
    foreignMarks: /['"”«»]|\.\.\.|\S…/,
    otherAddress: word('du|dein(e[nmrs]?)?|dich|dir|euch|euer|der nutzer|der benutzer'),
    otherWords: word(
      'anwendung|applikation|login|log-?in|einloggen|ausloggen|benutzerkonto|e-?mail(?!-adresse)|emailadresse|mailadresse',
    ),
    sameAsEnglish: ['device.code'],
  },
  fr: {
    unwanted: word('veuillez|s’il vous plaît|svp|merci|désolés?|oups|succès|invalide|hélas'),
    foreignMarks: /['"“”„]|\.\.\./,
    otherAddress: word('tu|toi|ton|ta|tes|te'),
    otherWords: word(
      'appli|app|logiciel|login|logger|courriel|mél|(?<!adresse )e-mail|email|s’identifier|nom d’utilisateur',
    ),
    sameAsEnglish: ['device.code', 'error.details_description'],
  },
  es: {
    unwanted: word('por favor|lo sentimos|perdone|disculpe|ups|con éxito|exitosamente|inválid[oa]'),
    foreignMarks: /['"“”„’]|\.\.\./,
    otherAddress: word('tú|tu|tus|te|ti|contigo|vos|vosotros|os|vuestr[oa]s?'),
    otherWords: word(
      'app|login|e-?mail|correo(?! electrónico)|conectarse|loguear(se)?|acceda a la',
    ),
    sameAsEnglish: ['claim.no', 'error.details_error', 'page.error'],
  },
  he: {
    unwanted: word('בבקשה|נא|אנא|אופס|בהצלחה|מצטערים|סליחה|לא חוקי'),
    foreignMarks: /['״׳„“”«»’]|\.\.\./,
    otherAddress: word('אתה|שלך|עצמך|לך|אותך|ה?משתמש(?! שלכם)(?<!שם ה?משתמש)'),
    otherWords: word('יישום|אימייל|מייל|דואל|לוגין|להתחבר|התחברו|להתנתק'),
    sameAsEnglish: [],
  },
  ar: {
    unwanted: word('يُ?رجى|الرجاء|رجاءً|من فضلك|عذرًا|عفوًا|نأسف|للأسف|بنجاح|غير صالح'),
    foreignMarks: /['"“”„,;?]|\.\.\./,
    // Orders have a gender; verbal nouns have none.
    otherAddress: word(
      'استخدم|اقرأ|أدخل|اكتب|اختر|افتح|انتظر|أعد|تحقق|تحقّق|ارجع|اضغط|أنتَ|أنتِ|المستخدم(?<!اسم المستخدم)',
    ),
    otherWords: word('برنامج|إيميل|الإيميل|بريد(?! إلكتروني)|ولوج|الولوج|دخول الحساب'),
    sameAsEnglish: [],
  },
};

/** Beside each other on a phone: half of its width is for each. */
const paired = [
  'consent.share.deny',
  'consent.share.allow',
  'consent.access.deny',
  'consent.access.allow',
  'logout.stay',
  'logout.submit',
  'device.given.no',
  'device.given.yes',
];
/** Inside the field for the password. */
const inField = ['login.show', 'login.hide'];
const alone = [
  'login.submit',
  'login.confirm.submit',
  'login.busy',
  'login.cancel_device',
  'device.submit',
  ...keys.filter((key) => key.startsWith('button.') && key !== 'button.go_to'),
];
/** They say what happened: "after a second click". */
const ofClicks = ['error.challenge_used.text', 'error.challenge_used.text_unnamed'];

/** Without the names of values. */
const textOf = (message: string) => message.replace(/\{\w+\}/g, '{}');

describe.each(locales)('the wording in %s', (tag, words) => {
  const rules = manners[tag];
  const having = (pattern: RegExp) => keys.filter((key) => pattern.test(textOf(words[key] ?? '')));

  test('is plain: no markup, no exclamation mark, no double blank', () => {
    expect(having(/[<>]|&\w+;|[!¡]| {2}/)).toEqual([]);
  });

  test('begs for nothing and praises nobody', () => {
    expect(having(rules.unwanted)).toEqual([]);
  });

  test('has the marks of the language', () => {
    expect(having(rules.foreignMarks)).toEqual([]);
  });

  test('addresses people in one way', () => {
    expect(having(rules.otherAddress)).toEqual([]);
  });

  test('has one word for one thing', () => {
    expect(having(rules.otherWords)).toEqual([]);
  });

  test('says "click" of what happened only', () => {
    const click = /(?<!\p{L})(click|klick|clic|cliqu|נקר|לחיצה|نقر)/iu;
    expect(having(click).filter((key) => !ofClicks.includes(key))).toEqual([]);
  });

  test('is translated', () => {
    const same = keys.filter((key) => words[key] === en[key]);
    const withWords = same.filter((key) => /\p{L}/u.test(textOf(en[key]!)));
    expect(withWords.filter((key) => !rules.sameAsEnglish.includes(key))).toEqual([]);
  });

  test('of a button has room on a phone', () => {
    const longer = (most: number) => (key: string) => words[key]!.length > most;
    expect(paired.filter(longer(17))).toEqual([]);
    expect(inField.filter(longer(9))).toEqual([]);
    expect(alone.filter(longer(24))).toEqual([]);
  });
});

const wordsOf = (tag: Tag) => Object.entries(locales.find(([one]) => one === tag)![1]);
const keysOf = (tag: Tag, isWrong: (text: string) => boolean) =>
  wordsOf(tag)
    .filter(([, text]) => isWrong(text))
    .map(([key]) => key);

test('French has blanks that do not break before ? ; : and inside « »', () => {
  const narrow = /(?<!\u202f)[?;]|(?<!\u00a0)[:»]|«(?!\u00a0)/;
  expect(keysOf('fr', (text) => narrow.test(text))).toEqual([]);
  expect(keysOf('fr', (text) => text.includes('?')).length).toBeGreaterThan(5);
});

test('Spanish opens each question', () => {
  const opened = /^[^¿?]*(¿[^¿?]+\?[^¿?]*)*$/;
  expect(keysOf('es', (text) => !opened.test(text))).toEqual([]);
  expect(keysOf('es', (text) => text.includes('?')).length).toBeGreaterThan(5);
});

test('Hebrew and Arabic are written in their own letters', () => {
  const latin = /[A-Za-z]/;
  const foreign = (text: string) => latin.test(textOf(text).replace('Caps Lock', ''));
  expect(keysOf('he', foreign)).toEqual([]);
  expect(keysOf('ar', foreign)).toEqual([]);
});

test('quotation marks come in pairs', () => {
  const pairs: Record<Tag, RegExp> = {
    ar: /«[^«»]+»/g,
    de: /„[^„“]+“/g,
    en: /“[^“”]+”/g,
    es: /«[^«»]+»/g,
    fr: /«[^«»]+»/g,
    he: /(?<!\p{L})"[^"]+"(?!\p{L})|(?<=\p{L})"(?=\p{L})/gu,
  };
  const left = locales.flatMap(([tag, words]) =>
    keys.filter((key) => /[«»„“”"]/.test(words[key]!.replace(pairs[tag], ''))),
  );
  expect(left).toEqual([]);
});
