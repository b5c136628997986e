import type { MoreWords } from '../../support/locales-with.ts';

type Words = [title: string, text: string];

const english: Record<string, Words> = {
  notes: ['See and change your notes', 'Also the ones you share with others.'],
  photos: ['See your photos', 'Not the ones you have hidden.'],
  albums: ['Share albums in your name', 'With people you choose in the app.'],
  calendar: ['See your calendar', 'Events, guests and places.'],
  'calendar.write': ['Change your calendar', 'Add, move and delete events.'],
  contacts: ['See your contacts', 'Names, numbers and addresses.'],
  files: ['See your files', 'Names and contents.'],
  'files.write': ['Change your files', 'Add, replace and delete.'],
  groups: ['See your groups', 'Which ones you belong to.'],
  balances: ['See balances and transactions', 'Of all accounts, for the last 90 days.'],
  payments: ['Prepare payments', 'You have to release each one yourself.'],
};

const german: Record<string, Words> = {
  notes: ['Ihre Notizen sehen und ändern', 'Auch die, die Sie mit anderen teilen.'],
  photos: ['Ihre Fotos sehen', 'Nicht die, die Sie ausgeblendet haben.'],
  albums: ['In Ihrem Namen Alben teilen', 'Mit Leuten, die Sie in der App auswählen.'],
  calendar: ['Ihren Kalender sehen', 'Termine, Gäste und Orte.'],
  'calendar.write': ['Ihren Kalender ändern', 'Termine anlegen, verschieben und löschen.'],
  contacts: ['Ihre Kontakte sehen', 'Namen, Nummern und Adressen.'],
  files: ['Ihre Dateien sehen', 'Namen und Inhalte.'],
  'files.write': ['Ihre Dateien ändern', 'Anlegen, ersetzen und löschen.'],
  groups: ['Ihre Gruppen sehen', 'Zu welchen Sie gehören.'],
  balances: ['Kontostände und Umsätze sehen', 'Aller Konten, der letzten 90 Tage.'],
  payments: ['Zahlungen vorbereiten', 'Freigeben müssen Sie jede selbst.'],
};

/**
 * Words for scopes that apps in the tests ask for. They are not in `views/locales`: which scopes there
 * are beside those of OpenID Connect is up to a fork.
 */
export const scopeWords: MoreWords = { en: keysOf(english), de: keysOf(german) };

function keysOf(scopes: Record<string, Words>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(scopes).flatMap(([name, [title, text]]) => [
      [`scope.${name}.title`, title],
      [`scope.${name}.text`, text],
    ]),
  );
}
