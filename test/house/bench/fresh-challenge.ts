const length = 1_198;
const filler = 'nZ4uVw-Qk7_TbR1yHs0LxJc9GdMfEa3PiOq5XoB8vYlSUK2jCrtN6hWDgAzImeFp'.repeat(20);
let count = 0;

/**
 * A challenge that was never there before, as servers since 2.2 make them: 1.2 kB of base64url with
 * padding. It begins with the subject of its person, by which the bare admin API knows of whom to
 * speak.
 */
export function freshChallenge(subject: string): string {
  count += 1;
  return `${`${subject}${count.toString(36).padStart(8, '0')}${filler}`.slice(0, length)}==`;
}
