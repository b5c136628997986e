/** Makes something at its first use: a start that makes all formats of all languages takes a tenth longer. */
export function whenUsed<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
