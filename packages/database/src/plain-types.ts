import { types, type CustomTypesConfig } from 'pg';

const date = 1082;

/** As usual, but a date stays its text: the driver would make it a moment in the zone of this machine. */
export const plainTypes: CustomTypesConfig = {
  getTypeParser: ((id: number, format?: 'text') =>
    id === date
      ? (text: string) => text
      : types.getTypeParser(id, format)) as CustomTypesConfig['getTypeParser'],
};
