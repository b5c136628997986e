/**
 * How much is kept about challenges. Anybody can create challenges, so memory is bounded in bytes:
 * 20 MiB in all, by our estimates of entries. In the heap that is about 30 MB.
 */
const mebibyte = 1024 * 1024;

/** Answers with the addresses that they lead to: about 4,000 of the usual length. */
export const bytesForAnswers = 6 * mebibyte;
/** The same for answers that take no sign-in, such as a cancelled one: about 1,000. */
export const bytesForAnonymousAnswers = 2 * mebibyte;
/** The fact that a challenge was answered, or that a sign-in has ended: about 50,000. */
export const bytesForUsed = 8 * mebibyte;
/** Where sign-ins can start again: about 2,000 addresses of the usual length. */
export const bytesForRestarts = 4 * mebibyte;

/**
 * The longest challenge. Usual ones have fewer than 2,000 characters, but servers since 2.2 write the
 * whole client into it, and one with many keys or addresses has a long one. It comes in the address,
 * once more as Referer, and in the form: see `maxHeaderSize` of the server and `largestForm`.
 */
export const longestChallenge = 32 * 1024;

/**
 * The longest address that is kept or put into a page, in characters, apart from a verifier. Usual
 * ones have fewer than 2,000; browsers and proxies refuse much longer ones.
 */
export const longestKept = 8 * 1024;

/** How long all of it is kept. Challenges live 30 minutes with the server's usual settings. */
export const lifeMs = 2 * 60 * 60 * 1000;
