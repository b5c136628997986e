/**
 * What may be kept of challenges. Everybody can have challenges made, so all of it is bounded in
 * bytes: 32 MiB in all, a small part of the 512 MB that a small container has.
 */
const mebibyte = 1024 * 1024;

/** Answers with the addresses they lead to: about 10,000 of the usual length. */
export const bytesForAnswers = 16 * mebibyte;
/** That a challenge or a sign-in was answered: about 50,000. */
export const bytesForUsed = 8 * mebibyte;
/** Where sign-ins can begin again: some 4,000 of the usual length. */
export const bytesForRestarts = 8 * mebibyte;

/**
 * In characters. Usual addresses have less than 2,000; browsers and proxies refuse much longer ones.
 * What is longer is neither kept nor put into a page.
 */
export const longestKept = 8 * 1024;

/** Longer than any challenge of a server with usual settings: 30 minutes for login and consent. */
export const lifeMs = 2 * 60 * 60 * 1000;
